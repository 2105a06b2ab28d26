/**
 * The fake engine's services: specs, versions, and the update state machine as Swarm runs it (swarm.md, measured), for
 * services whose slots are updated one after another. Everything is told in the engine's own JSON, so that it passes the
 * same door as a real engine's word. Left out on purpose: parallelism, delay, failure ratios, jobs, global services.
 */
import { createJournal } from "./journal.ts";
import { type Content, NS_PER_MS, type Spec, type StackFile } from "./stack-file.ts";
import { hasEnded, isLive, pause, startTask, stopTask, type TaskRecord } from "./tasks.ts";

const DEFAULTS = { FailureAction: "pause", Order: "stop-first", Monitor: 5_000 * NS_PER_MS };
const TO_BEGIN_MS = 3;

export type ServiceRecord = {
  id: string;
  version: number;
  spec: Spec;
  previous: Spec | null;
  status: { State: string; StartedAt: string; CompletedAt?: string; Message: string } | null;
  /** A later write ends what an earlier one began. */
  writes: number;
};

export const createEngine = (now: () => Date) => {
  const journal = createJournal(now);
  const services = new Map<string, ServiceRecord>();
  const tasks: TaskRecord[] = [];
  /** Networks, volumes, secrets and configs, as lines; each with its stack. */
  const things = new Map<string, { stack: string; content: string }>();
  let [raft, ids] = [1000, 0];

  /** The raft index: it jumps, and counts nothing. */
  const nextVersion = () => {
    raft += 3;
    return raft;
  };
  const newId = () => `${(++ids).toString(36).padStart(5, "0")}${"fake".repeat(5)}`;
  const tasksOf = (service: ServiceRecord) => tasks.filter((task) => task.service === service.id);
  const isThere = (service: ServiceRecord) => services.get(service.spec.Name) === service;
  const isDirty = (task: TaskRecord, service: ServiceRecord) =>
    JSON.stringify(task.template) !== JSON.stringify(service.spec.TaskTemplate);

  const write = (service: ServiceRecord, change: Partial<ServiceRecord>): void => {
    const old = service.status?.State;
    Object.assign(service, change, { version: nextVersion() });
    const state = service.status?.State;
    journal.service(
      "update",
      { id: service.id, name: service.spec.Name },
      state === undefined || state === old
        ? {}
        : { "updatestate.new": state, ...(old !== undefined && { "updatestate.old": old }) },
    );
  };

  const start = (service: ServiceRecord, slot: number, afterMs = 0): TaskRecord => {
    const onDeath = (dead: TaskRecord) => replace(service, dead);
    const task = startTask({ journal, newId, tasks, onDeath }, service, slot, afterMs);
    tasks.push(task);
    return task;
  };

  /** The restart supervisor. The replacement stands at once, and starts after the delay. */
  const replace = (service: ServiceRecord, dead: TaskRecord): void => {
    dead.desired = "shutdown";
    const { Condition, Delay } = service.spec.TaskTemplate.RestartPolicy;
    const isWanted = Condition === "any" || (Condition === "on-failure" && dead.state !== "complete");
    if (isThere(service) && isWanted) start(service, dead.slot, Delay / NS_PER_MS);
  };

  /** Rolls every slot that has a task of another template; the task that failed, or null. */
  const rollSlots = async (
    service: ServiceRecord,
    { Order, Monitor }: typeof DEFAULTS,
    isCurrent: () => boolean,
  ): Promise<TaskRecord | null> => {
    for (const old of tasksOf(service).filter((task) => isLive(task) && isDirty(task, service))) {
      if (Order === "stop-first") await stopTask(old, journal);
      if (!isCurrent()) return null;
      const fresh = start(service, old.slot);
      await Promise.race([fresh.running.promise, fresh.ended.promise]);
      if (!isCurrent()) return null;
      if (hasEnded(fresh)) return fresh;
      if (Order === "start-first") void stopTask(old, journal);
      await Promise.race([pause(Monitor / NS_PER_MS), fresh.ended.promise]);
      if (!isCurrent()) return null;
      if (hasEnded(fresh)) return fresh;
    }
    return null;
  };

  const roll = async (service: ServiceRecord): Promise<void> => {
    const mine = service.writes;
    const isCurrent = () => isThere(service) && service.writes === mine;
    await pause(TO_BEGIN_MS);
    if (!isCurrent() || !tasksOf(service).some((task) => isLive(task) && isDirty(task, service))) return;
    const StartedAt = journal.at();
    const say = (State: string, Message: string, more: Partial<ServiceRecord> = {}) => {
      const hasCompleted = State === "completed" || State === "rollback_completed";
      const status = { State, StartedAt, Message, ...(hasCompleted && { CompletedAt: journal.at() }) };
      write(service, { ...more, status });
    };
    say("updating", "update in progress");
    const config = { ...DEFAULTS, ...service.spec.UpdateConfig };
    const failed = await rollSlots(service, config, isCurrent);
    if (!isCurrent()) return;
    if (failed === null || config.FailureAction === "continue") return say("completed", "update completed");
    const why = `due to failure or early termination of task ${failed.id}`;
    if (config.FailureAction === "pause") return say("paused", `update paused ${why}`);
    const back = service.previous ?? service.spec;
    say("rollback_started", `update rolled back ${why}`, { spec: back, previous: null });
    const failedToo = await rollBack(service, isCurrent);
    if (!isCurrent()) return;
    if (failedToo === null) return say("rollback_completed", "rollback completed");
    say("rollback_paused", `update paused due to failure or early termination of task ${failedToo.id}`);
  };

  /** Back to the restored spec: the slots whose old task still runs have nothing to do. */
  const rollBack = async (service: ServiceRecord, isCurrent: () => boolean): Promise<TaskRecord | null> => {
    const isKept = (slot: number) =>
      tasksOf(service).some((task) => task.slot === slot && isLive(task) && !isDirty(task, service));
    for (const task of tasksOf(service).filter((one) => isLive(one) && isDirty(one, service))) {
      if (isKept(task.slot)) await stopTask(task, journal);
      else {
        const failed = await rollSlots(service, DEFAULTS, isCurrent);
        if (failed) return failed;
      }
    }
    await pause(DEFAULTS.Monitor / NS_PER_MS);
    return null;
  };

  const put = (spec: Spec): void => {
    const there = services.get(spec.Name);
    if (there) {
      there.writes += 1;
      write(there, { spec, previous: there.spec, status: null });
      void roll(there);
      return;
    }
    const service = { id: newId(), version: nextVersion(), spec, previous: null, status: null, writes: 0 };
    services.set(spec.Name, service);
    journal.service("create", { id: service.id, name: spec.Name });
    for (let slot = 1; slot <= spec.Mode.Replicated.Replicas; slot++) start(service, slot);
  };

  return {
    journal,
    services,
    tasks,
    things,
    isDirty: (task: TaskRecord) => {
      const service = services.get(task.serviceName);
      return service === undefined || isDirty(task, service);
    },
    /** What is refused ends the deploy where it is, as the docker client does it. */
    put(stack: string, file: StackFile, contentOf: (content: Content) => string): string | null {
      for (const name of file.networks) things.set(`network ${name}`, { stack, content: "" });
      for (const kind of ["secret", "config"] as const)
        for (const one of file[`${kind}s`]) {
          const [line, content] = [`${kind} ${one.name}`, contentOf(one)];
          if ((things.get(line)?.content ?? content) !== content)
            return `failed to update ${line}: Error response from daemon: rpc error: code = InvalidArgument desc = only updates to Labels are allowed`;
          things.set(line, { stack, content });
        }
      for (const name of file.volumes) things.set(`volume ${name}`, { stack, content: "" });
      for (const spec of file.services) put(spec);
      return null;
    },
    /** Takes one service away; its tasks are stopped, and then nothing knows of them. */
    async removeService(name: string): Promise<void> {
      const service = services.get(name);
      if (!service) return;
      services.delete(name);
      journal.service("remove", { id: service.id, name });
      const ours = tasksOf(service);
      await Promise.all(ours.map((task) => stopTask(task, journal)));
      for (const task of ours) tasks.splice(tasks.indexOf(task), 1);
    },
    /** Stops all tasks of the stack, and starts others in their places when `between` is done. */
    async restart(isOurs: (serviceName: string) => boolean, between: () => void): Promise<void> {
      const live = tasks.filter((task) => isOurs(task.serviceName) && isLive(task));
      await Promise.all(live.map((task) => stopTask(task, journal)));
      between();
      for (const { serviceName, slot } of live) {
        const service = services.get(serviceName);
        if (service) start(service, slot);
      }
    },
    /** Takes everything of the stack away; what is running is stopped first. */
    async remove(isOurs: (serviceName: string) => boolean, stack: string): Promise<void> {
      for (const service of [...services.values()].filter((one) => isOurs(one.spec.Name))) {
        services.delete(service.spec.Name);
        journal.service("remove", { id: service.id, name: service.spec.Name });
      }
      const ours = tasks.filter((task) => isOurs(task.serviceName));
      await Promise.all(ours.map((task) => stopTask(task, journal)));
      for (const task of ours) tasks.splice(tasks.indexOf(task), 1);
      for (const [line, thing] of things) if (thing.stack === stack) things.delete(line);
    },
  };
};
