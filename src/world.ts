/** Builds the real edges and joins them to the runner: the only file that names an adapter. */
import { randomUUID } from "node:crypto";
import { join } from "node:path";
import { type BotConfig, type EngineConfig, secretsOf } from "./config.ts";
import type { Git, Mirror } from "./git/git.ts";
import { gitOnDisk } from "./git/simple-git.ts";
import { type Authenticate, octokitGitHub } from "./github/octokit-github.ts";
import { hearingLimits, type RateLimit } from "./github/rate-limit.ts";
import { type Pages, watch } from "./metrics/watched-bot.ts";
import { checkRunUrl, externalId } from "./report/check-run.ts";
import type { Run } from "./run/run.ts";
import { answerTo } from "./runner/accept.ts";
import { announcer } from "./runner/announce.ts";
import { AppDomainLock } from "./runner/app-domain-lock.ts";
import type { Hourly } from "./runner/hourly.ts";
import { createIntake, type Intake } from "./runner/intake.ts";
import { sweepRegularly } from "./runner/janitor.ts";
import { KeyedMutex } from "./runner/keyed-mutex.ts";
import { progressLogger, type Say } from "./runner/log-progress.ts";
import { createMasks, type Masks, maskedGitHub } from "./runner/masks.ts";
import { mendMirrors } from "./runner/mirrors.ts";
import { createMissed, type Missed } from "./runner/missed.ts";
import { createOutbox, type Outbox } from "./runner/outbox.ts";
import { persist } from "./runner/persist.ts";
import { preflight } from "./runner/preflight.ts";
import { createQueue, type Queue } from "./runner/queue.ts";
import { recover, recoverRegularly } from "./runner/recover.ts";
import { retain } from "./runner/retention.ts";
import { stackOf } from "./runner/stack-of.ts";
import type { Tools } from "./runner/work.ts";
import { type Concluded, createWorker, type Listener, type WorkerPorts } from "./runner/worker.ts";
import { evidenceStore } from "./store/evidence-store.ts";
import { postgresStore } from "./store/postgres-store.ts";
import { sqliteStore } from "./store/sqlite-store.ts";
import type { Store } from "./store/store.ts";
import { abraVersion } from "./swarm/abra/version.ts";
import { abraDeployer } from "./swarm/abra-deployer.ts";
import type { Deployer } from "./swarm/deployer.ts";
import { dockerSecondWriter } from "./swarm/docker-second-writer.ts";
import { dockerStackDeployer } from "./swarm/docker-stack-deployer.ts";
import { dockerodeSwarm } from "./swarm/dockerode-swarm.ts";
import { registrySecrets } from "./swarm/registry-auth.ts";
import type { SecondWriter } from "./swarm/second-writer.ts";
import type { Swarm } from "./swarm/swarm.ts";
import type { Fault } from "./verdict/fault.ts";

export const now = (): Date => new Date();
export const newRunId = (): string => randomUUID().slice(0, 8);

/** `owner`: whose stacks they are; a bot's janitor takes those of its own for its own, and no others. */
export const realTools = (config: EngineConfig, owner: string): Tools => {
  const git = gitOnDisk(join(config.data, "mirrors"), config.path, config.repositoryBytes);
  const swarm = dockerodeSwarm(config.dockerHost, config.probeImage, owner, {
    pulling: { images: config.pullImages, configDirectory: config.dockerConfig },
  });
  const deployer = deployerOf(config, owner, git, swarm);
  return {
    git,
    swarm,
    deployer,
    policy: config.policy,
    backupBytes: config.backupBytes,
    testsNetwork: config.testsNetwork,
    now,
  };
};

const deployerOf = (config: EngineConfig, owner: string, git: Git, swarm: Swarm): Deployer => {
  const { dockerHost, dockerConfig, path: searchPath } = config;
  const docker = dockerStackDeployer({
    owner,
    path: config.dockerCli,
    host: dockerHost,
    configDirectory: dockerConfig,
    resolveImage: config.resolveImage,
  });
  if (config.abra === null) return docker;
  return abraDeployer({
    path: config.abra,
    version: abraVersion(config.abra, searchPath),
    searchPath,
    dockerHost,
    dockerConfig,
    owner,
    parser: docker,
    swarm,
    cloneTree: git.cloneTree,
  });
};

/** For a self-check: a person beside the run. */
export const realSecondWriter = (config: EngineConfig): SecondWriter =>
  dockerSecondWriter({
    path: config.dockerCli,
    host: config.dockerHost,
    configDirectory: config.dockerConfig,
  });

/** Far longer than anything outside of a stack is needed. */
const STRAY_AFTER_MS = 600_000;

type Log = (run: Run | null, error: unknown) => void;
type BotLog = (error: unknown, what: string, about: object) => void;

/** A runner for recipes in local repositories; GitHub is not in it, and neither is a queue. */
export const localRunner = (
  config: EngineConfig,
  tools: Tools,
  masks: Masks,
  listeners: readonly Listener[],
  log: Log,
): ((run: Run, ending: AbortSignal) => Promise<Concluded>) => {
  const lock = new AppDomainLock();
  const worker = createWorker({
    tools,
    store: evidenceStore(join(config.data, "runs")),
    hideIn: masks.hideIn,
    check: checkOf(config, tools, 0),
    mirrors: new KeyedMutex(),
    isTold: async () => false,
    listeners,
    log,
    settings: settingsOf(config),
    remoteOf: async (run) => ({
      url: run.source.is === "local" ? run.source.path : run.source.cloneUrl,
      token: null,
    }),
  });
  return async (run, ending) => {
    const stack = stackOf(run, config.baseDomain);
    const lease = await lock.acquire(stack.appDomain, run.id);
    const leaving = new AbortController().signal;
    return worker.work({ run, stack, begun: 1, ending, leaving }, lease);
  };
};

/** Where a bot keeps its promises. `onLost`: the bot has to end at once, because others take what it had. */
export const openStore = (
  { storeUrl, data }: EngineConfig,
  onLost: (fault: Fault) => void,
): Promise<Store> =>
  storeUrl === null ? sqliteStore(data, now) : postgresStore(storeUrl, data, now, onLost);

/** Logins at registries are those of this moment; a config.json that cannot be read is told where an image is fetched. */
export const masksOf = async (engine: EngineConfig, bot: BotConfig | null): Promise<Masks> => {
  const secrets = secretsOf(engine, bot);
  const logins = await registrySecrets(engine.dockerConfig).catch(() => []);
  for (const login of logins) secrets.set(login, "registry login");
  return createMasks(secrets);
};

export type Bot = {
  queue: Queue;
  intake: Intake;
  outbox: Outbox;
  missed: Missed;
  pages: Pages;
  /** What earlier processes had promised goes on. */
  recover: () => Promise<void>;
  /** What nobody asks for, again and again until the signal. */
  lookAfter: (signal: AbortSignal) => Hourly;
};

export const createBot = (
  config: EngineConfig,
  settings: Pick<BotConfig, "supersedeWorking" | "may" | "gitHubWaitMs">,
  store: Store,
  given: Tools,
  masks: Masks,
  authenticate: Authenticate,
  log: BotLog,
  say: Say,
): Bot => {
  const edges = {
    github: (onLimit: (limit: RateLimit) => void) =>
      maskedGitHub(octokitGitHub(hearingLimits(authenticate, onLimit)), masks),
    swarm: given.swarm,
    store,
    now: given.now,
    hear: (error: unknown) => log(error, "the bot is not ready", {}),
  };
  const { github, swarm, listener, accepted, pages } = watch(edges);
  const tools = { ...given, swarm };
  const outbox = createOutbox({
    github,
    store,
    log: (message, error) => log(error, "GitHub could not be told", { message: message?.key ?? null }),
  });
  const logRun: Log = (run, error) =>
    log(error, "the run could not be concluded or reported", { run: run?.id ?? null });
  const mirrors = new KeyedMutex();
  const worker = createWorker({
    tools,
    store,
    hideIn: masks.hideIn,
    check: checkOf(config, tools, config.preflightWaitMs),
    mirrors,
    async isTold(run, stage) {
      const message = (await store.posted(externalId(run, stage)))?.message;
      return message?.is === "check-run" && message.checkRun.progress.status === "completed";
    },
    listeners: [announcer(outbox, tools.now), listener, progressLogger(say)],
    log: logRun,
    settings: settingsOf(config),
    async remoteOf({ source }) {
      if (source.is === "local") return { url: source.path, token: null };
      return { url: source.cloneUrl, token: await persist(github, () => github.cloneToken(source)) };
    },
  });
  const lock = new AppDomainLock(store, () => queue.look());
  const queue = createQueue({
    store,
    worker,
    lock,
    stackOf: (run) => stackOf(run, config.baseDomain),
    async urlOf(run) {
      const [stage] = run.stages;
      const told = stage ? await store.posted(externalId(run, stage)) : null;
      return checkRunUrl(run, told?.checkRunId ?? null);
    },
    concurrency: config.concurrency,
    now: tools.now,
    log: logRun,
  });
  const { supersedeWorking, may, gitHubWaitMs } = settings;
  const intake = createIntake({
    store,
    async answerTo(delivery) {
      const { stages } = config;
      const onUnsaid = (error: unknown) =>
        log(error, "GitHub did not say whether somebody may", { delivery: delivery.guid });
      const rules = { stages, supersedeWorking, may, gitHubWaitMs, onUnsaid };
      const ports = { github, store, newId: newRunId, now: tools.now, ...rules };
      const answer = await answerTo(ports, delivery);
      if (answer.run) accepted(answer.run, delivery.receivedAt);
      return answer;
    },
    onAnswer() {
      outbox.wake();
      queue.look();
    },
    log: (delivery, error) => log(error, "a delivery could not be answered", { delivery: delivery.guid }),
  });
  const missed = createMissed({
    github,
    intake,
    now: tools.now,
    log: (error) => log(error, "what was missed could not be looked for", {}),
  });
  const startedAt = tools.now();
  const sweeping = {
    swarm: tools.swarm,
    // Another bot of this store may be at work on one that is young.
    strayBefore: () =>
      config.storeUrl === null ? startedAt : new Date(tools.now().getTime() - STRAY_AFTER_MS),
    store,
    lock,
    log: (error: unknown, stack: string | null) =>
      log(error, "an orphaned stack could not be removed", { stack }),
  };
  const retaining = {
    store,
    folder: join(config.data, "runs"),
    git: tools.git,
    whileUnused: <T>({ directory }: Mirror, work: () => Promise<T>) => mirrors.runExclusive(directory, work),
    keepMs: config.keepMs,
    now: tools.now,
    log: (error: unknown, about: string | null) =>
      log(error, "what is old could not be forgotten", { about }),
  };
  const recovering = {
    store,
    queue,
    intake,
    outbox,
    log: (error: unknown) => log(error, "what other bots left could not be taken up", {}),
  };
  return {
    queue,
    intake,
    outbox,
    missed,
    pages,
    async recover() {
      await mendMirrors(tools.git, (error, mirror) => log(error, "a mirror could not be mended", { mirror }));
      await recover(recovering);
    },
    lookAfter(signal) {
      recoverRegularly(recovering, signal);
      const rounds = [retain(retaining, signal), sweepRegularly(sweeping, signal)];
      missed.lookRegularly(signal);
      return { settled: async () => void (await Promise.all(rounds.map((round) => round.settled()))) };
    },
  };
};

const checkOf =
  ({ wantedRoom }: EngineConfig, { swarm, now }: Tools, waitMs: number): WorkerPorts["check"] =>
  (memoryBytes, waiting, signal) => {
    const wanted = { ...wantedRoom, memoryBytes: Math.max(wantedRoom.memoryBytes, memoryBytes ?? 0) };
    return preflight({ swarm, wanted, waitMs, waiting, now, signal });
  };

const settingsOf = ({ data, stageMs, runMs }: EngineConfig) => ({
  runsDirectory: join(data, "runs"),
  stageMs,
  runMs,
});
