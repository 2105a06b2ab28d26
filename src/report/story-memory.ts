/** Want of memory in words: each proof by its own name and time, and whether the container's limit or the host gave out. */
import type { CounterRise, MemoryProof } from "../verdict/finding.ts";
import type { Limit } from "../verdict/limit.ts";
import type { Rollout } from "../verdict/rollout.ts";
import { bytesWords } from "./amounts.ts";
import { clock, code } from "./markdown.ts";

const WHOSE: Readonly<Record<CounterRise["of"], string>> = {
  container: "of its container",
  parent: "of all the engine's containers",
  host: "of the host",
};

export const memoryWords = ({ isFlagged, oomEventAt, counters }: MemoryProof): string =>
  (isFlagged ? `, ${code("OOMKilled: true")}` : "") +
  (oomEventAt ? `, the kernel's ${code("oom")} event for its container at ${clock(oomEventAt)}` : "") +
  counterWords(counters);

/** All were read at the same two moments. */
const counterWords = (counters: readonly CounterRise[]): string => {
  const [first] = counters;
  if (!first) return "";
  const rises = counters.map(({ of, from, to }) => `${WHOSE[of]} from ${from} to ${to}`).join(", ");
  return `, the kernel's count of kills (${code(first.counter)}) rose between ${clock(first.fromAt)} and ${clock(first.toAt)}: ${rises}`;
};

/** What hits a limit of its own hits it alone, whatever runs beside it. */
export const memoryAdvice = (rollout: Rollout, isHost: boolean, limit: Limit | null): string => {
  const both = rollout.applied?.service.spec.updatePolicy?.order === "start-first" && rollout.before !== null;
  const make = "or make the new version need less; then re-run.";
  if (limit?.isLent && !isHost)
    return `The recipe sets this service no limit, and the bot lends it ${bytesWords(limit.bytes)}: say in ${code("deploy.resources.limits.memory")} what it needs, or let whoever runs the bot raise ${code("defaults.memoryBytes")} in ${code("POLICY")}, ${make}`;
  if (limit !== null && !isHost)
    return `Its container may use ${bytesWords(limit.bytes)}: raise ${code("resources.limits.memory")}, ${make}`;
  if (both)
    return `${code("order: start-first")} runs the old and the new task at once, so the host needs memory for both. Use ${code("order: stop-first")}, or give it more memory, ${make}`;
  return isHost
    ? `The host itself was out of memory: give it more, or let less run beside it, ${make}`
    : `Raise the service's memory limit or the host's memory, ${make}`;
};
