/**
 * The flight recorder. Swarm drops PreviousSpec and the failed task's name while it rolls back, so the evidence exists
 * only while it happens: the recorder starts before the deploy, reads the whole stack on every engine event (and once a
 * second, since events can be lost), fetches a dying task's container at once, and keeps what changed, with its time.
 * It judges nothing.
 */
import type { Expectation, Observation, Service, Task } from "../verdict/observation.ts";
import type { Reading, Stamp, StreamEvent, SwarmReader } from "./swarm.ts";

export type RolloutRecorder = {
  /** Reads the stack now; resolves when what it saw is noted. */
  look(): Promise<void>;
  /** Resolves at the next note, at the next slow look or at `untilMs` (epoch), whichever comes first. */
  changed(untilMs: number | null): Promise<void>;
  stop(): Promise<void>;
};
type Note = (observation: Observation) => void;
type Reader = Pick<SwarmReader, "read" | "container" | "events">;

const SLOW_LOOK_MS = 1_000;
/** The kernel's flag on a container may come this long after its death. */
const FLAG_WITHIN_MS = 1_500;
const ENDED = new Set(["failed", "rejected", "complete", "shutdown"]);

export const recordRollout = async (
  swarm: Reader,
  expectation: Expectation,
  stamp: Stamp,
  note: Note,
  now: () => Date,
): Promise<RolloutRecorder> => {
  const at = () => now().toISOString();
  const stopping = new AbortController();
  const memory = rememberer();
  const waiters = new Set<() => void>();
  let failure: { error: unknown } | null = null;

  const keep: Note = (observation) => {
    note(observation);
    wake();
  };
  const wake = () => {
    for (const waiter of waiters) waiter();
    waiters.clear();
  };
  const fail = (error: unknown) => {
    failure ??= { error };
    wake();
  };

  const events = swarm.events(now().getTime(), stopping.signal);
  const first = await swarm.read(expectation.stack, stamp);
  keep({ is: "before", at: at(), expectation, services: first.services, tasks: first.tasks });
  memory.begin(first);

  const readOnce = async () => {
    const startedAt = at();
    const reading = await swarm.read(expectation.stack, stamp);
    for (const observation of memory.changesIn(reading, startedAt)) keep(observation);
    await Promise.all(memory.containersToRead(reading, now().getTime()).map(readContainer));
  };
  const readContainer = async (id: string) => {
    const container = await swarm.container(id);
    if (container && memory.isNews(`container ${id}`, container))
      keep({ is: "container", at: at(), container });
    if (!container && memory.isNews(`container ${id}`, null))
      keep({
        is: "not-captured",
        at: at(),
        what: `container ${id}`,
        reason: "the engine had removed it already",
      });
  };
  const look = coalesced(readOnce);

  const hear = async (event: StreamEvent) => {
    if ("is" in event) {
      keep({ is: "not-captured", at: at(), what: "engine events", reason: event.reason });
      return look();
    }
    if (!event.service?.startsWith(`${expectation.stack}_`)) return;
    keep({ is: "event", at: at(), event });
    const isDeath = event.type === "container" && /^(die|oom|health_status: unhealthy)$/.test(event.action);
    await Promise.all([look(), isDeath ? readContainer(event.id) : null]);
  };
  const listening = (async () => {
    for await (const event of events) void hear(event).catch(fail);
  })().catch(fail);
  const ticking = setInterval(() => void look().then(wake).catch(fail), SLOW_LOOK_MS);

  return {
    look,
    async changed(untilMs) {
      const waitMs = untilMs === null ? SLOW_LOOK_MS : Math.max(0, untilMs - now().getTime());
      if (!failure)
        await new Promise<void>((resolve) => {
          waiters.add(resolve);
          setTimeout(resolve, Math.min(waitMs, SLOW_LOOK_MS));
        });
      if (failure) throw failure.error;
    },
    async stop() {
      clearInterval(ticking);
      stopping.abort();
      await listening;
    },
  };
};

/** Runs `work` now, and once more if it was asked for while running; each caller waits for a run that began after it asked. */
const coalesced = (work: () => Promise<void>): (() => Promise<void>) => {
  let running: Promise<void> | null = null;
  let next: Promise<void> | null = null;
  const start = (): Promise<void> => {
    running = work().finally(() => {
      running = null;
    });
    return running;
  };
  return () => {
    if (!running) return start();
    next ??= running
      .catch(() => undefined)
      .then(() => {
        next = null;
        return start();
      });
    return next;
  };
};

/** Tells news from what is known already, so that a quiet engine leaves a short record. */
const rememberer = () => {
  const known = new Map<string, string>();
  const done = new Set<string>();
  const isNews = (subject: string, fact: unknown): boolean => {
    const text = JSON.stringify(fact);
    if (known.get(subject) === text) return false;
    known.set(subject, text);
    return true;
  };
  const tasksOf = (reading: Reading, service: Service) => {
    const tasks = reading.tasks.filter((t) => t.service === service.id);
    const isHere = (id: string) => tasks.some((t) => t.id === id);
    return { tasks, upToDate: reading.upToDate.filter(isHere), stamped: reading.stamped.filter(isHere) };
  };
  return {
    isNews,
    begin(reading: Reading) {
      for (const service of reading.services) isNews(`service ${service.name}`, service);
      for (const task of reading.tasks) if (ENDED.has(task.state) && task.container) done.add(task.container);
    },
    changesIn(reading: Reading, at: string): Observation[] {
      const names = reading.services.map((s) => s.name);
      const gone = [...known.keys()].flatMap((key) => {
        const name = /^service (.*)$/.exec(key)?.[1];
        return name && !names.includes(name) && known.get(key) !== "null" ? [name] : [];
      });
      return [
        ...reading.services
          .filter((s) => isNews(`service ${s.name}`, s))
          .map((service) => ({ is: "service" as const, at, service })),
        ...reading.services.flatMap((service) => {
          const facts = tasksOf(reading, service);
          return isNews(`tasks ${service.id}`, facts)
            ? [{ is: "tasks" as const, at, service: service.id, ...facts }]
            : [];
        }),
        ...gone
          .filter((name) => isNews(`service ${name}`, null))
          .map((service) => ({ is: "service-gone" as const, at, service })),
      ];
    },
    /** Containers of tasks that ended, each until the kernel's flag can no longer come. */
    containersToRead(reading: Reading, nowMs: number): string[] {
      return reading.tasks.flatMap((task: Task) => {
        if (!task.container || !ENDED.has(task.state) || done.has(task.container)) return [];
        if (nowMs > Date.parse(task.changedAt) + FLAG_WITHIN_MS) done.add(task.container);
        return [task.container];
      });
    },
  };
};
