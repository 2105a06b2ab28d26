/**
 * A finding in one line: the words by which a maintainer tells one failure from another without opening the check.
 */
import { short } from "../recipe/commit.ts";
import { isStampOf } from "../recipe/stamp.ts";
import type { StageResult } from "../run/stage-result.ts";
import type { Death } from "../verdict/death.ts";
import type { Cause, Finding, MemoryProof } from "../verdict/finding.ts";
import type { ProbeAnswer } from "../verdict/observation.ts";
import type { Rollout, SpecWrite } from "../verdict/rollout.ts";
import { causeOf } from "../verdict/rules/cause.ts";
import { ownUpdate, ownUpdates } from "../verdict/rules/own-update.ts";
import { stampIn } from "../verdict/rules/stamp.ts";
import { conventionsPassed } from "./conventions.ts";
import { backupTitle, dataTitle, restoreTitle } from "./data.ts";
import { levelWords } from "./ladder.ts";
import { count, cut, oneLine, seconds } from "./markdown.ts";
import { testsPassed, testsTitle } from "./own-tests.ts";

const TITLE_LIMIT = 255;

export const causeWords = (cause: Cause): string => {
  switch (cause.is) {
    case "out-of-memory":
      return isOfHost(cause.proof) ? "was killed because the host ran short of memory" : "ran out of memory";
    case "exited":
      return cause.signal === "SIGKILL"
        ? "was killed (exit code 137)"
        : `exited with code ${cause.code}${cause.signal ? ` (${cause.signal})` : ""}`;
    case "unhealthy":
      return "failed its healthcheck";
    case "image-unavailable":
      return "could not get its image";
    case "rejected":
      return "was rejected by the engine";
    case "unknown":
      return "failed (cause not captured)";
  }
};

/** True where only counters above the container speak: it was not its own limit that was reached. */
export const isOfHost = ({ isFlagged, oomEventAt, counters }: MemoryProof): boolean =>
  !isFlagged && oomEventAt === null && !counters.some((rise) => rise.of === "container");

/** `137 (SIGKILL)`. */
export const exitWords = (death: Death): string => {
  const code = death.container?.exitCode ?? death.task.exitCode;
  const cause = causeOf(death);
  const signal = cause.is === "exited" ? cause.signal : code === 137 ? "SIGKILL" : null;
  return code === null ? "none" : `\`${code}\`${signal ? ` (${signal})` : ""}`;
};

/**
 * The write that took the UpdateStatus away, and with it Swarm's watch over this update; null where none did. It may have left
 * the spec as it was.
 */
export const endOfWatch = (rollout: Rollout): Write | null => {
  const { before, history, writes } = rollout;
  if (before === null || ownUpdate(rollout) !== null) return null;
  const own = new Set(ownUpdates(rollout));
  const at = history.findLastIndex((s, i) => s.service.update === null && own.has(history[i - 1] ?? before));
  const [was, seen] = [history[at - 1], history[at]];
  if (was && seen) return { at: seen.at, from: was.service.version, to: seen.service.version };
  const other = writes.findLast((write) => write.by === "other");
  return other ? writeOf(other) : null;
};

export type Write = { at: string; from: number | null; to: number };
export const writeOf = ({ at, from, service }: SpecWrite): Write => ({
  at,
  from: from?.version ?? null,
  to: service.version,
});

/** Without the digest's last 52 digits, which tell people nothing. */
export const shortImage = (image: string): string =>
  image.replace(/@sha256:([0-9a-f]{12})[0-9a-f]+/, "@sha256:$1…");

/** The stamp that the service carries now; only the stamped service has one. */
export const restored = (rollout: Rollout): string =>
  stampIn(rollout.now?.service.spec.labels, rollout) ?? "the previous spec";

export const findingTitle = (finding: Finding): string => oneLine(findingWords(finding));

const findingWords = (finding: Finding): string => {
  switch (finding.is) {
    case "invalid-recipe":
      return `Invalid recipe: ${finding.file}${finding.line === null ? "" : `:${finding.line}`}: ${finding.reason}`;
    case "deploy-refused":
      return `Deploy refused: ${finding.said}`;
    case "rolled-back":
      return finding.by === "person"
        ? `Rolled back by hand: somebody ran docker service rollback on ${finding.rollout.name}`
        : `Rolled back: ${finding.rollout.name} ${causeWords(finding.cause)}, Swarm restored ${restored(finding.rollout)}${wrongStampWords(finding.rollout)}`;
    case "rollback-paused":
      return finding.revert
        ? `Rollback failed too: ${finding.rollout.name} ${causeWords(finding.cause)}, and ${restored(finding.rollout)}, put back by Swarm, ${causeWords(finding.revert.cause)} as well`
        : `Rollback failed too: ${finding.rollout.name} ${causeWords(finding.cause)}, and ${restored(finding.rollout)} does not come back up`;
    case "update-paused":
      return `Update paused: ${finding.rollout.name} ${causeWords(finding.cause)}, Swarm stopped half-way`;
    case "crash-looping":
      return loopTitle(finding);
    case "update-continued":
      return `Update went on regardless: ${finding.rollout.name} ${causeWords(finding.cause)}, ${loopEnd(finding)}; failure_action is continue`;
    case "settled-late":
      return `Failed late: ${finding.rollout.name} ${causeWords(finding.cause)}${lateBy(finding)} after Swarm had called the update completed`;
    case "unschedulable":
      return `Unschedulable: no node can take ${finding.rollout.name}: ${schedulerWords(finding)}`;
    case "wrong-image":
      return `Wrong image: ${finding.rollout.name} runs ${finding.running.map(shortImage).join(", ")}, ${short(finding.rollout.expectation.commit)} has ${shortImage(finding.wanted)}`;
    case "not-converged":
      return `Not converged after ${finding.afterMs / 1000} s: ${finding.rollout.name}: ${finding.waitingFor.join("; ")}`;
    case "stamp-mismatch":
      return stampTitle(finding);
    case "service-gone":
      return `Service gone: ${finding.rollout.name} is not on the engine after the deploy`;
    case "not-serving":
      return `Not serving: ${finding.service} on port ${finding.port}: ${answerWords(finding.answer)}`;
    case "pull-failed":
      return `Image not to be had: ${finding.images.map(({ image, error }) => `${shortImage(image)}: ${error}`).join("; ")}`;
    case "marker-failed":
    case "backup-hook-failed":
    case "restore-hook-failed":
    case "backup-empty":
    case "not-started-again":
    case "data-lost":
      return dataTitle(finding);
    case "tests-failed":
      return testsTitle(finding);
  }
};

/** Two faults at once: the stamp was another commit's before Swarm took it away. */
const wrongStampWords = ({ applied, service, expectation }: Rollout): string => {
  if (!applied || service !== expectation.stampedService) return "";
  const stamp = applied.service.spec.labels[expectation.stampLabel] ?? "nothing";
  return isStampOf(stamp, expectation.commit)
    ? ""
    : `; and the deployer had stamped ${stamp}, not ${short(expectation.commit)}`;
};

type Looping = Extract<Finding, { is: "crash-looping" | "update-continued" }>;

const loopTitle = (finding: Extract<Finding, { is: "crash-looping" }>): string => {
  const { rollout, cause, isGivenUp } = finding;
  const write = endOfWatch(rollout);
  const watch = write ? `; the write at Version.Index ${write.to} had ended Swarm's watch` : "";
  return `${isGivenUp ? "Given up" : "Crash loop"}: ${rollout.name} ${causeWords(cause)}, ${loopEnd(finding)}${watch}`;
};

const loopEnd = ({ isGivenUp, deaths }: Looping): string =>
  isGivenUp ? "and Swarm starts no further task" : count(deaths, "death");

const lateBy = ({ death, completedAt }: Extract<Finding, { is: "settled-late" }>): string =>
  death ? `, ${seconds(completedAt, death.task.changedAt)}` : "";

/** For a global service without an eligible node Swarm says nothing at all. */
export const schedulerWords = ({ said, rollout }: Extract<Finding, { is: "unschedulable" }>): string =>
  said || `its constraints (${rollout.now?.service.spec.constraints.join(", ")}) fit none`;

const stampTitle = (finding: Extract<Finding, { is: "stamp-mismatch" }>): string => {
  const { name, expectation } = finding.rollout;
  const head = short(expectation.commit);
  switch (finding.how) {
    case "absent":
      return `Stamp mismatch: ${name} carries no stamp, ${head} was to be deployed`;
    case "never-applied":
      return `Stamp mismatch: ${name} carries ${finding.got}, ${head} was never applied`;
    case "overwritten":
      return `Stamp mismatch: ${name} was stamped ${head}, then somebody overwrote it with ${finding.got ?? "nothing"}${writeIndex(finding.rollout)}`;
  }
};

const writeIndex = ({ writes }: Rollout): string => {
  const foreign = writes.findLast((write) => write.by === "other");
  return foreign ? ` (Version.Index ${foreign.service.version})` : "";
};

const answerWords = (answer: ProbeAnswer): string => {
  switch (answer.is) {
    case "http":
      return `HTTP ${answer.status}${answer.fallback === null ? "" : `, and the page is ${answer.fallback}'s own`}`;
    case "tcp":
      return `${count(answer.answers, "answer")} in a row`;
    case "none":
      return `no answer (${answer.reason})`;
  }
};

/** The last stage of a run says the level first, since its title is what a list of checks shows of the whole. */
export const stageTitle = (result: StageResult): string => {
  const level = result.ladder === null ? "" : `${levelWords(result.ladder)} · `;
  return cut(`${level}${outcomeTitle(result)}`, TITLE_LIMIT);
};

/** What became of the stage itself. */
export const outcomeTitle = (result: StageResult): string => cut(oneLine(words(result)), TITLE_LIMIT);

const words = (result: StageResult): string => {
  const { verdict } = result;
  switch (verdict.is) {
    case "pass":
      return passTitle(result);
    case "fail": {
      const more = verdict.findings.length > 1 ? ` (and ${verdict.findings.length - 1} more)` : "";
      const base = failedBase(result);
      const where = base === null ? "" : `The base ${base} itself fails: `;
      return where + findingTitle(verdict.findings[0]) + more;
    }
    case "inconclusive":
      return `Could not be judged: ${verdict.fault.message}`;
    case "cancelled":
      return `Cancelled: ${verdict.by}`;
    case "skipped":
      return `Skipped: ${verdict.reason}`;
    case "unverified":
      return `Unverified: ${verdict.reason}`;
  }
};

/** What the base is called, where it was the base that failed and not the commit under test. */
export const failedBase = ({ failedAt }: StageResult): string | null =>
  failedAt !== null && "version" in failedAt && failedAt.version.is === "base" ? failedAt.version.ref : null;

const passTitle = (result: StageResult): string => {
  switch (result.stage) {
    case "install":
    case "upgrade":
      return deployedTitle(result);
    case "backup":
      return backupTitle(result.observations);
    case "restore":
      return restoreTitle(result.observations);
    case "custom":
      return testsPassed(result.observations).title;
    case "lint":
      return conventionsPassed(result.observations).title;
  }
};

const deployedTitle = (result: StageResult): string => {
  const head = result.observations.findLast((o) => o.is === "checked-out");
  const to = head ? short(head.got) : "the head";
  const took = result.startedAt ? ` in ${seconds(result.startedAt, result.endedAt)}` : "";
  return result.base ? `Upgraded ${result.base.ref} to ${to}${took}` : `Installed ${to}${took}`;
};
