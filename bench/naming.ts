/** A judgement as one short name, to be compared with what was caused: kind, by whom, cause and exit code; no evidence. */
import type { Cause, Finding } from "../src/verdict/finding.ts";
import type { Judgement } from "../src/verdict/verdict.ts";

export const nameOf = (judgement: Judgement): string => {
  if (judgement.is === "unknown") return `unknown: ${judgement.said}`;
  if (judgement.is === "open") return "no verdict";
  return judgement.findings.length === 0 ? "good" : judgement.findings.map(nameOfFinding).join(" & ");
};

const nameOfFinding = (finding: Finding): string => {
  const name = shortName(finding);
  if (!("rollout" in finding)) return name;
  const { service, expectation } = finding.rollout;
  return service === expectation.stampedService
    ? name
    : `${service.slice(expectation.stack.length + 1)} ${name}`;
};

const shortName = (finding: Finding): string => {
  switch (finding.is) {
    case "rolled-back":
      return finding.by === "person"
        ? "rolled-back by person"
        : `rolled-back by swarm: ${nameOfCause(finding.cause)}`;
    case "rollback-paused":
    case "update-paused":
    case "update-continued":
    case "crash-looping":
    case "settled-late":
      return `${finding.is}: ${nameOfCause(finding.cause)}`;
    case "stamp-mismatch":
      return `stamp-mismatch: ${finding.how}`;
    case "unschedulable":
      return `unschedulable: ${/insufficient (resources)|(constraints) not/.exec(finding.said)?.slice(1).find(Boolean) ?? finding.said}`;
    default:
      return finding.is;
  }
};

const nameOfCause = (cause: Cause): string => (cause.is === "exited" ? `exited ${cause.code}` : cause.is);
