// A judgement in a few words, so that a table of stories can be read as one.
import type { Finding } from "../../../src/verdict/finding.ts";
import type { Rollout } from "../../../src/verdict/rollout.ts";
import type { Judgement } from "../../../src/verdict/verdict.ts";

const who = ({ service, expectation }: Rollout): string => service.slice(expectation.stack.length + 1);

const briefFinding = (finding: Finding): string => {
  switch (finding.is) {
    case "invalid-recipe":
      return `invalid-recipe ${finding.file}`;
    case "deploy-refused":
      return "deploy-refused";
    case "pull-failed":
      return `pull-failed ${finding.images.map(({ image }) => image).join()}`;
    case "marker-failed":
    case "backup-hook-failed":
    case "restore-hook-failed":
    case "backup-empty":
    case "not-started-again":
    case "data-lost":
      return finding.is;
    case "tests-failed":
      return `tests-failed ${finding.failed.map(({ test, point }) => point ?? test).join()}`;
    case "not-serving":
      return `not-serving ${finding.service}`;
    case "service-gone":
      return `${who(finding.rollout)} service-gone`;
    case "stamp-mismatch":
      return `${who(finding.rollout)} stamp-mismatch ${finding.how}, got ${finding.got}`;
    case "not-converged":
      return `${who(finding.rollout)} not-converged: ${finding.waitingFor.join("; ")}`;
    case "crash-looping":
      return `${who(finding.rollout)} crash-looping, ${finding.deaths} died, ${finding.cause.is}`;
    case "update-continued":
      return `${who(finding.rollout)} update-continued, ${finding.deaths} died, ${finding.cause.is}`;
    case "settled-late":
      return `${who(finding.rollout)} settled-late, ${finding.death?.task.id ?? "nobody"}, ${finding.cause.is}`;
    case "unschedulable":
      return `${who(finding.rollout)} unschedulable: ${finding.said}`;
    case "wrong-image":
      return `${who(finding.rollout)} wrong-image, ${finding.running.join()} for ${finding.wanted}`;
    case "rolled-back":
      return `${who(finding.rollout)} rolled-back by ${finding.by}, ${finding.death?.task.id ?? "nobody"}, ${finding.cause.is}`;
    case "rollback-paused":
    case "update-paused":
      return `${who(finding.rollout)} ${finding.is}, ${finding.death?.task.id ?? "nobody"}, ${finding.cause.is}`;
  }
};

export const brief = (judgement: Judgement): string => {
  switch (judgement.is) {
    case "unknown":
      return `unknown: ${judgement.said}`;
    case "open":
      return `waits for ${judgement.waitingFor.join("; ")}`;
    case "settled":
      return judgement.findings.length === 0 ? "good" : judgement.findings.map(briefFinding).join(" & ");
  }
};
