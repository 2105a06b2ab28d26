/** Spec, PreviousSpec, UpdateStatus and Version.Index at each change, with our time of the reading and the engine's own. */
import type { ServiceSpec, UpdateStatus } from "../../verdict/observation.ts";
import type { Rollout, Sighting } from "../../verdict/rollout.ts";
import { stampIn } from "../../verdict/rules/stamp.ts";
import type { Block } from "../budget.ts";
import { clock, code, count, details, table } from "../markdown.ts";

const HEAD = ["seen at (UTC)", "`Version.Index`", "`UpdateStatus`", "`Spec`", "`PreviousSpec`"];

export const historyBlock = (rollout: Rollout): Block => {
  const sightings = [...(rollout.before ? [rollout.before] : []), ...rollout.history];
  const rows = sightings.map((sighting) => row(sighting, rollout));
  const told = (limit: number) =>
    details(
      `UpdateStatus, Spec and PreviousSpec as they were seen: ${count(rows.length, "reading")}`,
      table(HEAD, folded(rows, limit)),
    );
  return { name: "update history", worth: 4, texts: [told(60), told(10)] };
};

const folded = (rows: readonly (readonly string[])[], limit: number): (readonly string[])[] => {
  if (rows.length <= limit) return [...rows];
  const half = Math.floor(limit / 2);
  const rest = rows.length - 2 * half;
  return [...rows.slice(0, half), [`… ${rest} more`, "", "", "", ""], ...rows.slice(-half)];
};

const row = (sighting: Sighting, rollout: Rollout): string[] => {
  const { at, service } = sighting;
  const moment = sighting === rollout.before ? " (before)" : sighting === rollout.applied ? " (applied)" : "";
  return [
    `${clock(at)}${moment}`,
    String(service.version),
    service.update ? statusCell(service.update) : "none",
    specCell(service.spec, rollout),
    service.previous ? specCell(service.previous, rollout) : "absent",
  ];
};

const statusCell = ({ state, message, startedAt, completedAt }: UpdateStatus): string =>
  [
    code(state, 100),
    ...(startedAt ? [`StartedAt ${clock(startedAt)}`] : []),
    ...(completedAt ? [`CompletedAt ${clock(completedAt)}`] : []),
    ...(message && message !== state.replaceAll("_", " ") ? [code(message, 500)] : []),
  ].join("<br>");

const specCell = (spec: ServiceSpec, rollout: Rollout): string => {
  const stamp = stampIn(spec.labels, rollout);
  const isStamped = rollout.service === rollout.expectation.stampedService;
  return [...(isStamped ? [code(stamp ?? "no stamp", 100)] : []), code(spec.image, 200)].join("<br>");
};
