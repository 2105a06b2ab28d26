/**
 * A finding in one line: the words by which a maintainer tells one failure from another without opening the check.
 */
import { short } from "../recipe/commit.ts";
import type { StageResult } from "../run/stage-result.ts";
import type { Cause, Finding } from "../verdict/finding.ts";
import type { ProbeAnswer } from "../verdict/observation.ts";
import type { Rollout } from "../verdict/rollout.ts";
import { stampIn } from "../verdict/rules/stamp.ts";
import { cut, oneLine, seconds } from "./markdown.ts";

const TITLE_LIMIT = 255;

export const causeWords = (cause: Cause): string => {
  switch (cause.is) {
    case "out-of-memory":
      return "ran out of memory";
    case "exited":
      return cause.code === 137 ? "was killed (exit code 137)" : `exited with code ${cause.code}`;
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
        : `Rolled back: ${finding.rollout.name} ${causeWords(finding.cause)}, Swarm restored ${restored(finding.rollout)}`;
    case "rollback-paused":
      return `Rollback failed too: ${finding.rollout.name} ${causeWords(finding.cause)}, and the old version does not come back up`;
    case "update-paused":
      return `Update paused: ${finding.rollout.name} ${causeWords(finding.cause)}, Swarm stopped half-way`;
    case "crash-looping":
      return finding.isGivenUp
        ? `Given up: ${finding.rollout.name} ${causeWords(finding.cause)}, and Swarm starts no further task`
        : `Crash loop: ${finding.rollout.name} ${causeWords(finding.cause)}, ${finding.deaths} deaths`;
    case "not-converged":
      return `Not converged after ${finding.afterMs / 1000} s: ${finding.rollout.name}: ${finding.waitingFor.join("; ")}`;
    case "stamp-mismatch":
      return stampTitle(finding);
    case "service-gone":
      return `Service gone: ${finding.rollout.name} is not on the engine after the deploy`;
    case "not-serving":
      return `Not serving: ${finding.service} on port ${finding.port}: ${answerWords(finding.answer)}`;
  }
};

const stampTitle = (finding: Extract<Finding, { is: "stamp-mismatch" }>): string => {
  const { name, expectation } = finding.rollout;
  const head = short(expectation.commit);
  switch (finding.how) {
    case "absent":
      return `Stamp mismatch: ${name} carries no stamp, ${head} was to be deployed`;
    case "never-applied":
      return `Stamp mismatch: ${name} carries ${finding.got}, ${head} was never applied`;
    case "overwritten":
      return `Stamp mismatch: ${name} was stamped ${head}, then somebody overwrote it with ${finding.got ?? "nothing"}`;
  }
};

const answerWords = (answer: ProbeAnswer): string =>
  answer.is === "http" ? `HTTP ${answer.status}` : `no answer (${answer.reason})`;

export const stageTitle = (result: StageResult): string => cut(oneLine(words(result)), TITLE_LIMIT);

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
  }
};

/** What the base is called, where it was the base that failed and not the commit under test. */
export const failedBase = ({ failedAt }: StageResult): string | null =>
  failedAt !== null && "version" in failedAt && failedAt.version.is === "base" ? failedAt.version.ref : null;

const passTitle = (result: StageResult): string => {
  const head = result.observations.findLast((o) => o.is === "checked-out");
  const to = head ? short(head.got) : "the head";
  const took = result.startedAt ? ` in ${seconds(result.startedAt, result.endedAt)}` : "";
  return result.base ? `Upgraded ${result.base.ref} to ${to}${took}` : `Installed ${to}${took}`;
};
