/**
 * A Docker Swarm in memory, with the real deployer's reading of compose files: `docker stack config` merges them and the
 * overlay, as `docker stack deploy` would. What the apps do is in their own environment (fixture-app.ts), so recipes tell
 * the story; a script is only for what no recipe can do. It passes test/support/swarm-contract.ts as the real one does.
 */
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Commit } from "../../../src/recipe/commit.ts";
import { overlayOf } from "../../../src/recipe/overlay.ts";
import type { Deployer } from "../../../src/swarm/deployer.ts";
import { dockerStackDeployer } from "../../../src/swarm/docker-stack-deployer.ts";
import { onEngine } from "../../../src/swarm/engine-fault.ts";
import { parseContainer, parseService, parseTask } from "../../../src/swarm/inspect.ts";
import type { ProbeTarget, Swarm } from "../../../src/swarm/swarm.ts";
import type { ProbeAnswer } from "../../../src/verdict/observation.ts";
import { createEngine, type ServiceRecord } from "./engine.ts";
import { NAMESPACE, readStackFile } from "./stack-file.ts";
import { hasEnded, NODE_MEMORY_BYTES, pause, type TaskRecord } from "./tasks.ts";

const HOST = "unix:///run/the-fake-engine.sock";

/** One act on the engine, as it began. */
export type Act = { did: "deploy" | "remove"; stack: string; commit: Commit | null };
export type Script = {
  /** Waited for before a deploy reaches the engine; `nth` counts from 0. */
  beforeDeploy?: (act: Act, nth: number) => Promise<void>;
  /** The commit that the deployer stamps instead of the one in its tree. */
  stampsAs?: (commit: Commit, nth: number) => Commit;
  /** What an app answers; null leaves it to the app. */
  answers?: (target: ProbeTarget) => ProbeAnswer | null;
};
export type FakeSwarm = ReturnType<typeof fakeSwarm>;

/** `dockerCli` is the absolute path of a docker client; it needs no engine. */
export const fakeSwarm = (
  { now, dockerCli, configDirectory }: { now: () => Date; dockerCli: string; configDirectory: string },
  script: Script = {},
) => {
  const engine = createEngine(now);
  const acts: Act[] = [];
  let isUp = true;

  /** What dockerode says of a socket that is not there, as the real adapter tells it. */
  const reach = async (): Promise<void> => {
    await pause(1);
    const gone = Object.assign(new Error(`connect ENOENT ${new URL(HOST).pathname}`), { code: "ENOENT" });
    if (!isUp) await onEngine(HOST, Promise.reject(gone));
  };
  const ofStack = (stack: string) => (name: string) => name.startsWith(`${stack}_`);
  const inStack = (stack: string) => engine.tasks.filter((task) => ofStack(stack)(task.serviceName));
  const withContainer = (id: string) => engine.tasks.find((task) => task.container?.id === id) ?? null;

  const swarm: Swarm = {
    async check() {
      await reach();
      return { version: "27.0.0", cgroup: "v2 systemd", memoryBytes: NODE_MEMORY_BYTES };
    },
    async read(stack, stamp) {
      await reach();
      const tasks = inStack(stack);
      const services = [...engine.services.values()].filter(({ spec }) => ofStack(stack)(spec.Name));
      return {
        services: services.map((service) => parseService(serviceJson(service))),
        tasks: tasks.map((task) => parseTask(taskJson(task))),
        upToDate: tasks.filter((task) => !engine.isDirty(task)).map((task) => task.id),
        stamped: tasks
          .filter((task) => stamp !== null && task.serviceLabels[stamp.label] === stamp.value)
          .map((task) => task.id),
      };
    },
    async container(id) {
      await reach();
      const task = withContainer(id);
      return task && parseContainer(containerJson(task));
    },
    async hasNetwork(name) {
      await reach();
      return name === "proxy" || engine.things.has(`network ${name}`);
    },
    events: (sinceMs, signal) => engine.journal.events(sinceMs, signal),
    async remains(stack) {
      await reach();
      return remainsOf(stack);
    },
    async ensureSecret(lease, stack, name) {
      lease.assertCovers(stack.appDomain);
      await reach();
      engine.things.set(`secret ${name}`, { stack: stack.name, content: "" });
    },
    async probe(lease, stack, target) {
      lease.assertCovers(stack.appDomain);
      await reach();
      return script.answers?.(target) ?? answerOf(withContainer(target.container), target);
    },
    async removeStack(lease, stack) {
      lease.assertCovers(stack.appDomain);
      await reach();
      acts.push({ did: "remove", stack: stack.name, commit: null });
      await engine.remove(ofStack(stack.name), stack.name);
    },
  };

  const remainsOf = (stack: string): string[] => {
    const tasks = inStack(stack);
    const names = [...engine.services.keys()].filter(ofStack(stack));
    return [
      ...names.map((name) => `service ${name}`),
      ...tasks.filter((task) => !hasEnded(task)).map((task) => `task ${task.id}`),
      ...tasks.flatMap(({ container }) => (container ? [`container ${container.id}`] : [])),
      ...[...engine.things].flatMap(([line, thing]) => (thing.stack === stack ? [line] : [])),
    ];
  };

  const real = dockerStackDeployer({ path: dockerCli, host: HOST, configDirectory, resolveImage: "never" });
  const deployer: Deployer = {
    name: "docker stack deploy",
    config: real.config,
    async deploy(lease, app, deployment) {
      lease.assertCovers(app.stack.appDomain);
      const nth = acts.filter((act) => act.did === "deploy").length;
      const act: Act = { did: "deploy", stack: app.stack.name, commit: deployment.commit };
      acts.push(act);
      await script.beforeDeploy?.(act, nth);
      await reach();
      const commit = script.stampsAs?.(deployment.commit, nth) ?? deployment.commit;
      const overlay = join(app.scratch, "stamp.yml");
      await mkdir(app.scratch, { recursive: true });
      await writeFile(
        overlay,
        overlayOf({ recipe: app.recipe, stack: app.stack.name, ...deployment, commit }),
      );
      const merged = await real.config({ ...app, files: [...app.files, overlay] });
      if (merged.is === "refused") return { exitCode: 1, said: merged.said };
      const file = readStackFile(merged.yaml, app.stack.name);
      const contents = new Map<string | null, string>();
      for (const { file: path } of [...file.secrets, ...file.configs])
        if (path !== null) contents.set(path, await readFile(path, "utf8"));
      const refused = engine.put(app.stack.name, file, (content) => contents.get(content.file) ?? "");
      if (refused !== null) return { exitCode: 1, said: refused };
      return { exitCode: 0, said: file.services.map(({ Name }) => `Updating service ${Name}`).join("\n") };
    },
  };

  return {
    swarm,
    deployer,
    /** What was asked of it that changes something, in order. */
    acts,
    /** Stacks of which anything is left. */
    stacks: (): string[] => [
      ...new Set([
        ...[...engine.services.values()].map(({ spec }) => spec.Labels[NAMESPACE] ?? ""),
        ...engine.tasks.map((task) => task.serviceLabels[NAMESPACE] ?? ""),
        ...[...engine.things.values()].map(({ stack }) => stack),
      ]),
    ],
    goDown(): void {
      isUp = false;
      engine.journal.gap("the engine ended the event stream");
    },
    comeBack(): void {
      isUp = true;
    },
  };
};

/** Absent fields are absent, as the engine leaves them out. */
const serviceJson = ({ id, version, spec, previous, status }: ServiceRecord) => ({
  ID: id,
  Version: { Index: version },
  Spec: spec,
  ...(previous && { PreviousSpec: previous }),
  ...(status && { UpdateStatus: status }),
});

const taskJson = (task: TaskRecord) => ({
  ID: task.id,
  ServiceID: task.service,
  Slot: task.slot,
  ...(task.container && { NodeID: "thefakenode" }),
  CreatedAt: task.createdAt,
  DesiredState: task.desired,
  Spec: task.template,
  Status: {
    Timestamp: task.changedAt,
    State: task.state,
    Message: task.message,
    ...(task.error && { Err: task.error }),
    ...(task.container && {
      ContainerStatus: { ContainerID: task.container.id, ExitCode: task.container.exitCode },
    }),
  },
});

const containerJson = ({ id, container }: TaskRecord) => ({
  Id: container?.id,
  Config: { Labels: { "com.docker.swarm.task.id": id } },
  State: {
    Status: container?.status,
    OOMKilled: container?.isOomKilled,
    ExitCode: container?.exitCode,
    FinishedAt: container?.finishedAt,
    ...(container?.health && { Health: container.health }),
  },
});

const answerOf = (task: TaskRecord | null, { port }: ProbeTarget): ProbeAnswer => {
  const container = task?.container;
  if (container?.status !== "running") return { is: "none", reason: "the app's container is gone" };
  const { serves } = container.life;
  if (container.upAt === null || serves?.port !== port)
    return { is: "none", reason: `nothing answers on port ${port}` };
  return { is: "http", status: serves.status };
};
