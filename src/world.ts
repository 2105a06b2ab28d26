/** Builds the real edges and joins them to the runner: the only file that names an adapter. */
import { randomUUID } from "node:crypto";
import { join } from "node:path";
import type { EngineConfig } from "./config.ts";
import { gitOnDisk } from "./git/simple-git.ts";
import { type Authenticate, octokitGitHub } from "./github/octokit-github.ts";
import type { Run } from "./run/run.ts";
import type { AcceptPorts } from "./runner/accept.ts";
import { type Announcer, announcer } from "./runner/announce.ts";
import type { Tools } from "./runner/executors.ts";
import { createWorker, type Listener, type Worker } from "./runner/worker.ts";
import { folderStore } from "./store/folder-store.ts";
import type { Store } from "./store/store.ts";
import { dockerStackDeployer } from "./swarm/docker-stack-deployer.ts";
import { dockerodeSwarm } from "./swarm/dockerode-swarm.ts";

export const now = (): Date => new Date();
export const newRunId = (): string => randomUUID().slice(0, 8);

export const realTools = (config: EngineConfig): Tools => ({
  git: gitOnDisk(join(config.data, "mirrors"), config.path),
  swarm: dockerodeSwarm(config.dockerHost, config.probeImage),
  deployer: dockerStackDeployer({
    path: config.dockerCli,
    host: config.dockerHost,
    configDirectory: config.dockerConfig,
    resolveImage: config.resolveImage,
  }),
  now,
});

type Log = (run: Run, error: unknown) => void;

/** A worker for recipes in local repositories; GitHub is not in it. */
export const localWorker = (
  config: EngineConfig,
  tools: Tools,
  listeners: readonly Listener[],
  log: Log,
): Worker =>
  createWorker({
    tools,
    store: storeOf(config),
    listeners,
    log,
    settings: settingsOf(config),
    remoteOf: async (run) => ({
      url: run.source.is === "local" ? run.source.path : run.source.cloneUrl,
      token: null,
    }),
  });

export type Bot = { ports: AcceptPorts; store: Store; worker: Worker; announcer: Announcer };

export const createBot = (config: EngineConfig, tools: Tools, authenticate: Authenticate, log: Log): Bot => {
  const github = octokitGitHub(authenticate);
  const tellGitHub = announcer(github, tools.now, log);
  const store = storeOf(config);
  const worker = createWorker({
    tools,
    store,
    listeners: [tellGitHub],
    log,
    settings: settingsOf(config),
    async remoteOf({ source }) {
      if (source.is === "local") return { url: source.path, token: null };
      return { url: source.cloneUrl, token: await github.cloneToken(source) };
    },
  });
  // The worker logs a run's own defect; nobody waits for it here.
  const take = (run: Run) => void worker.take(run).catch(() => undefined);
  return { ports: { github, take, newId: newRunId, now: tools.now }, store, worker, announcer: tellGitHub };
};

const storeOf = (config: EngineConfig): Store => folderStore(join(config.data, "runs"));
const settingsOf = (config: EngineConfig) => ({
  baseDomain: config.baseDomain,
  runsDirectory: join(config.data, "runs"),
  concurrency: config.concurrency,
});
