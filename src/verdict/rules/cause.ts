/**
 * Why a task died, from everything seen of it. Swarm's own error never says "out of memory", and on cgroup v1 an `oom`
 * event also reaches innocent neighbours, so memory is the cause only if a process of a task that failed was killed
 * (exit 137, or a failing parent) and the flag, the event or the kernel's own counters say so.
 */
import type { Death } from "../death.ts";
import type { Cause, CounterRise, MemoryProof } from "../finding.ts";

export const causeOf = (death: Death | null): Cause => {
  if (!death) return { is: "unknown", because: "no failed task of the new spec was seen" };
  const { task, container } = death;
  const error = [task.error, container?.error].find((text) => text) ?? "";
  if (task.state === "rejected")
    return isAboutImage(error) ? { is: "image-unavailable", error } : { is: "rejected", error };
  if (/starting container failed/.test(error)) return { is: "rejected", error };
  if (isUnhealthy(death, error))
    return { is: "unhealthy", lastOutput: container?.health?.checks.at(-1)?.output ?? null };
  const code = container?.exitCode ?? task.exitCode;
  const proof = memoryProof(death);
  if (proof && code !== 0) return { is: "out-of-memory", exitCode: code, proof };
  if (code !== null) return { is: "exited", code, signal: signalOf(code) };
  return { is: "unknown", because: error || `the task ended as ${task.state} with no exit code` };
};

const isAboutImage = (error: string): boolean =>
  /no such image|pull access|manifest (for|unknown)|not found: .*image|image.*not found/i.test(error);

/** The engine calls every stopped container unhealthy, so the flag on a dead one says nothing; its event does. */
const isUnhealthy = (death: Death, error: string): boolean =>
  /unhealthy container/.test(error) ||
  (death.events.some((e) => e.action === "health_status: unhealthy") && memoryProof(death) === null);

const memoryProof = (death: Death): MemoryProof | null => {
  const isFlagged = death.container?.isOomKilled ?? false;
  const oomEventAt = death.events.find((e) => e.action === "oom")?.at ?? null;
  const counters = countersOf(death);
  return isFlagged || oomEventAt !== null || counters.some((rise) => isProof(rise, death))
    ? { isFlagged, oomEventAt, counters }
    : null;
};

/**
 * The container's own counter speaks of it alone. That of all containers together, and the host's, speak of it only if
 * nobody else explains them: its process ended by SIGKILL, the engine had not asked for that, and no other was killed. And
 * the host's rises with every kill in whatever cgroup, so it counts only where the host itself had run short.
 */
const isProof = ({ of }: CounterRise, death: Death): boolean => {
  const { task, container, events, othersKilled } = death;
  if (of === "container") return true;
  const isUnexplained =
    (container?.exitCode ?? task.exitCode) === SIGKILLED &&
    !events.some((e) => e.action === "kill") &&
    othersKilled.length === 0;
  return isUnexplained && (of === "parent" || isHostShort(death));
};

const SHORT_SHARE = 0.1;
/** Of ten seconds, in percent, in which nothing on the host got on for want of memory. */
const STALLED = 5;

export const isHostShort = ({ memory }: Death): boolean =>
  memory !== null &&
  [memory.before, memory.after].some(({ memory: { host } }) => {
    const share = host.availableBytes / host.totalBytes;
    return share < SHORT_SHARE || (host.pressure?.full ?? 0) >= STALLED;
  });

/** True where the kernel's counters show that nothing on the host was killed for want of memory around this death. */
export const isMemoryRuledOut = (death: Death): boolean => {
  const before = death.memory?.before.memory.host.oomKills ?? null;
  const after = death.memory?.after.memory.host.oomKills ?? null;
  return before !== null && before === after;
};

const countersOf = ({ memory, task }: Death): CounterRise[] => {
  if (!memory) return [];
  const { before, after } = memory;
  const id = task.container ?? "";
  const kills = [
    ["container", before.memory.containers[id]?.oomKills, after.memory.containers[id]?.oomKills],
    ["parent", before.memory.parent?.oomKills, after.memory.parent?.oomKills],
    ["host", before.memory.host.oomKills, after.memory.host.oomKills],
  ] as const;
  return kills.flatMap(([of, from, to]) =>
    typeof from === "number" && typeof to === "number" && to > from
      ? [{ of, counter: "oom_kill", from, to, fromAt: before.at, toAt: after.at }]
      : [],
  );
};

const SIGKILLED = 137;
/** A shell, and the engine, give 128 and the signal's number. */
const SIGNALS: Readonly<Record<number, string>> = {
  129: "SIGHUP",
  130: "SIGINT",
  131: "SIGQUIT",
  132: "SIGILL",
  134: "SIGABRT",
  135: "SIGBUS",
  136: "SIGFPE",
  [SIGKILLED]: "SIGKILL",
  139: "SIGSEGV",
  141: "SIGPIPE",
  143: "SIGTERM",
};
const signalOf = (code: number): string | null => SIGNALS[code] ?? null;
