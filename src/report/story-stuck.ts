/** The stories of rollouts that neither fail nor end: no node takes the task, or the deadline came first. */
import type { Finding } from "../verdict/finding.ts";
import { clock, code, count, seconds } from "./markdown.ts";
import { deathSentence, type Story } from "./story-parts.ts";
import { schedulerWords } from "./words.ts";

type Of<K extends Finding["is"]> = Extract<Finding, { is: K }>;

const FEW = 5;
const listed = (items: readonly string[], between: string): string =>
  items
    .slice(0, FEW)
    .map((item) => code(item, 500))
    .join(between) + (items.length > FEW ? `${between}and ${items.length - FEW} more` : "");

export const unschedulableStory = (finding: Of<"unschedulable">): Story => {
  const { rollout, tasks, since } = finding;
  const which = tasks.length > 0 ? ` for ${listed(tasks, ", ")}` : "";
  const lastAt = rollout.readings.at(-1)?.at ?? since;
  const stood =
    Date.parse(lastAt) > Date.parse(since) ? ` (${seconds(since, lastAt)} at the last reading)` : "";
  const isStarved = rollout.before !== null && !rollout.tasks.some((t) => t.state === "running");
  const outage = isStarved ? " The old task is gone already, so nothing of it runs." : "";
  const happened = finding.said
    ? `No node can take ${rollout.name}. Swarm's scheduler says${which}: ${code(finding.said)}, and has said nothing else since ${clock(since)}${stood}.${outage}`
    : `No node can take ${rollout.name}: ${code(schedulerWords(finding))}. For a global service Swarm then makes no task at all, and says nothing; so it has been since ${clock(since)}.`;
  return {
    happened,
    isNot:
      "Not a crash and not a rollback: no task of the new spec could start there, and Swarm itself would wait for ever without a word.",
    next: unschedulableAdvice(finding),
  };
};

const unschedulableAdvice = ({ said, rollout }: Of<"unschedulable">): string => {
  if (/host-mode port/.test(said))
    return `The old task holds the port until the new one runs: use ${code("order: stop-first")} where a port is published in ${code("mode: host")}.`;
  if (/insufficient resources/.test(said))
    return `Lower ${code("resources.reservations")}, or give the node more of what is reserved; then re-run.`;
  if (/constraints/.test(said) || said === "") {
    const constraints = rollout.now?.service.spec.constraints ?? [];
    const which = constraints.length > 0 ? ` (${listed(constraints, ", ")})` : "";
    return `Mend ${code("placement.constraints")}${which}, or give a node that label; then re-run.`;
  }
  return "Mend what the scheduler names; then re-run.";
};

export const lateStory = ({ rollout, afterMs, waitingFor }: Of<"not-converged">): Story => {
  const [death = null] = rollout.deaths;
  const isReverting = rollout.history.some((s) => s.service.update?.state === "rollback_started");
  const deaths = rollout.deaths.length;
  const others = deaths > 1 ? ` ${count(deaths, "task")} of this deploy died in all.` : "";
  const told = death ? ` ${deathSentence({ rollout, death, cause: null })}${others}` : "";
  return {
    happened: `${rollout.name} did not settle within ${afterMs / 1000} s. It was waiting for: ${listed(waitingFor, "; ")}.${told}`,
    isNot: isReverting
      ? "Not a finished rollback: Swarm had begun one, and it has no end yet."
      : death
        ? "Not decided by Swarm: it had neither given up nor gone back."
        : "No task failed and nothing was rolled back; Swarm itself would wait for ever.",
    next: isReverting
      ? "Read below what the old version's task waits for: until it runs, Swarm's rollback has no end."
      : `If the app is only slow, raise ${code("TIMEOUT")} in ${code(".env.sample")}; if a task is pending, read what the scheduler says.`,
  };
};
