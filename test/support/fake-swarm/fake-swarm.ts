/**
 * A Docker Swarm in memory, with the real deployer's reading of compose files: `docker stack config` merges them and the
 * overlay, as `docker stack deploy` would. What the apps do is in their own environment (fixture-app.ts), so recipes tell
 * the story; a script is only for what no recipe can do. It passes test/support/swarm-contract.ts as the real one does.
 */
import { readFile } from "node:fs/promises";
import type { Commit } from "../../../src/recipe/commit.ts";
import { marksIn } from "../../../src/recipe/marks.ts";
import type { Room } from "../../../src/run/room.ts";
import type { Deployer } from "../../../src/swarm/deployer.ts";
import { dockerStackDeployer, layOut } from "../../../src/swarm/docker-stack-deployer.ts";
import { onEngine } from "../../../src/swarm/engine-fault.ts";
import { parseContainer, parseService, parseTask } from "../../../src/swarm/inspect.ts";
import type { ProbeTarget, Pulled, Swarm, Trial, TrialRun } from "../../../src/swarm/swarm.ts";
import { Fault } from "../../../src/verdict/fault.ts";
import type { ProbeAnswer } from "../../../src/verdict/observation.ts";
import { createEngine, type ServiceRecord } from "./engine.ts";
import { createFiles } from "./files.ts";
import { runOf } from "./fixture-command.ts";
import { NAMESPACE, readStackFile } from "./stack-file.ts";
import { hasEnded, NODE_MEMORY_BYTES, pause, type TaskRecord } from "./tasks.ts";

const HOST = "unix:///run/the-fake-engine.sock";
const ROOM: Room = {
  memoryFreeBytes: NODE_MEMORY_BYTES / 2,
  memoryBytes: NODE_MEMORY_BYTES,
  diskFreeBytes: 50 * 1024 ** 3,
  diskBytes: 100 * 1024 ** 3,
};
const NODE = "thefakenode";

/** One act on the engine, as it began. */
const OWNER = "a test";

export type Act = {
  did: "deploy" | "remove" | "pull" | "remove-service" | "empty-volumes";
  stack: string;
  commit: Commit | null;
};
export type Script = {
  /** Waited for before a deploy reaches the engine; `nth` counts from 0. */
  beforeDeploy?: (act: Act, nth: number) => Promise<void>;
  /** The commit that the deployer stamps instead of the one in its tree. */
  stampsAs?: (commit: Commit, nth: number) => Commit;
  /** What an app answers; null leaves it to the app. */
  answers?: (target: ProbeTarget) => ProbeAnswer | null;
  /** Every image is there unless this says otherwise; and nothing is pulled. */
  hasImage?: (image: string) => boolean;
  pulls?: (image: string) => Pulled | Promise<Pulled>;
  /** How a test ends; null leaves it to its command (fixture-command.ts). */
  tests?: (trial: Trial) => TrialRun | null;
};
export type FakeSwarm = ReturnType<typeof fakeSwarm>;

/** `dockerCli` is the absolute path of a docker client; it needs no engine. */
export const fakeSwarm = (
  { now, dockerCli, configDirectory }: { now: () => Date; dockerCli: string; configDirectory: string },
  script: Script = {},
) => {
  const engine = createEngine(now);
  const files = createFiles();
  const acts: Act[] = [];
  const secrets: string[] = [];
  let isUp = true;
  let room: Room = ROOM;

  /** What dockerode says of a socket that is not there, as the real adapter tells it. */
  const reach = async (): Promise<void> => {
    await pause(1);
    const gone = Object.assign(new Error(`connect ENOENT ${new URL(HOST).pathname}`), { code: "ENOENT" });
    if (!isUp) await onEngine(HOST, Promise.reject(gone));
  };
  const ofStack = (stack: string) => (name: string) => name.startsWith(`${stack}_`);
  const inStack = (stack: string) => engine.tasks.filter((task) => ofStack(stack)(task.serviceName));
  const withContainer = (id: string) => engine.tasks.find((task) => task.container?.id === id) ?? null;

  /** The container of a task, which runs. */
  const alive = (id: string): TaskRecord | null => {
    const task = withContainer(id);
    return task?.container?.status === "running" ? task : null;
  };
  const reachInto = async (id: string): Promise<TaskRecord> => {
    await reach();
    const task = alive(id);
    if (task) return task;
    const gone = Object.assign(new Error(`No such container: ${id}`), { statusCode: 404 });
    return onEngine(HOST, Promise.reject(gone));
  };

  const swarm: Swarm = {
    async check() {
      await reach();
      return { version: "27.0.0", cgroup: "v2 systemd", memoryBytes: NODE_MEMORY_BYTES };
    },
    async cpus() {
      await reach();
      return 4;
    },
    async node() {
      await reach();
      return NODE;
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
    async ownStacks() {
      await reach();
      return [...engine.services.values()].flatMap(({ spec }) => {
        const marks = marksIn(spec.Labels);
        const stack = { name: spec.Labels[NAMESPACE] ?? "", appDomain: marks?.appDomain ?? "" };
        return marks?.owner === OWNER ? [{ stack, run: marks.run }] : [];
      });
    },
    async service(id) {
      await reach();
      const service = [...engine.services.values()].find((s) => s.id === id);
      return service ? parseService(serviceJson(service)) : null;
    },
    async container(id) {
      await reach();
      const task = withContainer(id);
      return task && parseContainer(containerJson(task));
    },
    async log(id) {
      await reach();
      return withContainer(id)?.container?.log ?? null;
    },
    async taskLog(id) {
      await reach();
      const task = engine.tasks.find((t) => t.id === id);
      return task ? (task.container?.log ?? []) : null;
    },
    /** It has no host. */
    async memory() {
      return null;
    },
    async room() {
      await reach();
      return room;
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
      const isNew = !engine.things.has(`secret ${name}`);
      engine.things.set(`secret ${name}`, { stack: stack.name, content: "" });
      return isNew;
    },
    async probe(lease, stack, target) {
      lease.assertCovers(stack.appDomain);
      await reach();
      return script.answers?.(target) ?? answerOf(withContainer(target.container), target);
    },
    async hasImage(image) {
      await reach();
      return script.hasImage?.(image) ?? true;
    },
    async pullImage(lease, stack, image, signal) {
      lease.assertCovers(stack.appDomain);
      await reach();
      signal.throwIfAborted();
      acts.push({ did: "pull", stack: stack.name, commit: null });
      return (await script.pulls?.(image)) ?? { is: "left" };
    },
    async runBeside(lease, stack, trial, signal) {
      lease.assertCovers(stack.appDomain);
      await reach();
      signal.throwIfAborted();
      if (withContainer(trial.beside.container)?.container?.status !== "running")
        throw new Fault(
          "engine",
          `The task ${trial.beside.task} ended before a test could run beside it`,
          "Run again.",
        );
      return script.tests?.(trial) ?? runOf(trial);
    },
    async lookInside({ container }, path) {
      return files.look(await reachInto(container), path);
    },
    async takeOut({ container }, path) {
      const task = await reachInto(container);
      return files.look(task, path) === null ? null : files.take(task, path);
    },
    async putInto(lease, stack, { container }, folder, archive) {
      lease.assertCovers(stack.appDomain);
      await files.put(await reachInto(container), folder, archive);
    },
    async runInside(lease, stack, { inside, command, withinMs }, signal) {
      lease.assertCovers(stack.appDomain);
      await reach();
      signal.throwIfAborted();
      const task = alive(inside.container);
      return task && files.run(task, command, withinMs);
    },
    async emptyVolumes(lease, stack) {
      lease.assertCovers(stack.appDomain);
      await reach();
      acts.push({ did: "empty-volumes", stack: stack.name, commit: null });
      const volumes = volumesOf(stack.name);
      await engine.restart(ofStack(stack.name), () => volumes.forEach(files.lose));
      return volumes;
    },
    async removeService(lease, stack, service) {
      lease.assertCovers(stack.appDomain);
      await reach();
      acts.push({ did: "remove-service", stack: stack.name, commit: null });
      await engine.removeService(service);
    },
    /** It has no container outside of a stack. */
    removeStrays: reach,
    async removeStack(lease, stack) {
      lease.assertCovers(stack.appDomain);
      await reach();
      acts.push({ did: "remove", stack: stack.name, commit: null });
      volumesOf(stack.name).forEach(files.lose);
      await engine.remove(ofStack(stack.name), stack.name);
    },
  };

  const volumesOf = (stack: string): string[] =>
    [...engine.things].flatMap(([line, thing]) =>
      thing.stack === stack && line.startsWith("volume ") ? [line.slice("volume ".length)] : [],
    );
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

  const real = dockerStackDeployer({
    owner: OWNER,
    path: dockerCli,
    host: HOST,
    configDirectory,
    resolveImage: "never",
  });
  const deployer: Deployer = {
    name: "docker stack deploy",
    addsToTree: false,
    limitsPids: real.limitsPids,
    config: real.config,
    async deploy(lease, app, deployment) {
      lease.assertCovers(app.stack.appDomain);
      const nth = acts.filter((act) => act.did === "deploy").length;
      const act: Act = { did: "deploy", stack: app.stack.name, commit: deployment.commit };
      acts.push(act);
      await script.beforeDeploy?.(act, nth);
      await reach();
      const commit = script.stampsAs?.(deployment.commit, nth) ?? deployment.commit;
      const marks = { owner: OWNER, run: lease.holder, appDomain: app.stack.appDomain };
      const laid = await layOut(app, { ...deployment, commit }, marks, real.config);
      if (laid.is === "refused") return { exitCode: 1, said: laid.said };
      const merged = await real.config({ ...app, files: laid.files, overlay: null });
      if (merged.is === "refused") return { exitCode: 1, said: merged.said };
      const file = readStackFile(merged.yaml, app.stack.name);
      const contents = new Map<string | null, string>();
      for (const { file: path } of [...file.secrets, ...file.configs])
        if (path !== null) contents.set(path, await readFile(path, "utf8"));
      for (const { file: path } of file.secrets) secrets.push(contents.get(path) ?? "");
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
    /** The contents of each secret that it was given. */
    secrets,
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
    /** What its host has left from now on; figures that are not given are ample. */
    hasRoom(figures: Partial<Room> = {}): void {
      room = { ...ROOM, ...figures };
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
  ...(task.container && { NodeID: NODE }),
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

const containerJson = ({ id, container, template }: TaskRecord) => ({
  Id: container?.id,
  Config: { Labels: { "com.docker.swarm.task.id": id } },
  HostConfig: { Memory: template.Resources.Limits.MemoryBytes },
  State: {
    Status: container?.status,
    OOMKilled: container?.isOomKilled,
    ExitCode: container?.exitCode,
    StartedAt: container?.startedAt,
    FinishedAt: container?.finishedAt,
    ...(container?.health && { Health: container.health }),
  },
});

const answerOf = (task: TaskRecord | null, { port, wants }: ProbeTarget): ProbeAnswer => {
  const container = task?.container;
  if (container?.status !== "running") return { is: "none", reason: "the app's container is gone" };
  const { serves } = container.life;
  const isListening = container.upAt !== null && serves?.port === port;
  if (wants.is === "tcp") return { is: "tcp", answers: isListening ? wants.stable : 0 };
  if (!isListening) return { is: "none", reason: `nothing answers on port ${port}` };
  return { is: "http", status: serves.status, fallback: null };
};
