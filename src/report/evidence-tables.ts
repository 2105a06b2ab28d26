/**
 * The evidence under the story, for one rollout: the labels before, applied and now with the time of each capture, Swarm's
 * own update history, the task that died, and what PreviousSpec said against the new spec.
 */
import type { EngineEvent, ServiceSpec } from "../verdict/observation.ts";
import type { Death, Rollout, Sighting } from "../verdict/rollout.ts";
import { block, clock, code, details, table } from "./markdown.ts";

/** One block of evidence. Where all of it is too long for GitHub, what is worth least goes first. */
export type Block = { name: string; worth: number; text: string };

export const evidenceOf = (rollout: Rollout, death: Death | null): Block[] => [
  { name: "labels", worth: 5, text: labelTable(rollout) },
  { name: "update history", worth: 3, text: historyTable(rollout) },
  ...(death ? [{ name: "the task that died", worth: 4, text: deathTable(death) }] : []),
  { name: "PreviousSpec", worth: 1, text: specDiff(rollout) },
  { name: "witnesses", worth: 2, text: witnesses(rollout) },
];

const labelTable = (rollout: Rollout): string => {
  const { before, applied, now, expectation } = rollout;
  const columns = [before, applied, now];
  // A first deploy has no before; anything else that is missing was missed.
  const missing = (c: Sighting | null) => (c === before ? "—" : "not captured");
  const cell = (c: Sighting | null, value: (s: Sighting) => string) => (c ? code(value(c)) : missing(c));
  const prefix = `coop-cloud.${expectation.stack}.`;
  const valueIn = (sighting: Sighting | null, label: string) => sighting?.service.spec.labels[label] ?? "—";
  const labels = new Set(columns.flatMap((c) => Object.keys(c?.service.spec.labels ?? {})));
  const isTold = (label: string) =>
    label === expectation.stampLabel ||
    (label.startsWith(prefix) && new Set(columns.map((c) => valueIn(c, label))).size > 1);
  const rows = [...labels]
    .filter(isTold)
    .sort()
    .map((label) => [
      code(label.slice(prefix.length)),
      ...columns.map((c) => cell(c, () => valueIn(c, label))),
    ]);
  return table(
    ["label", "before", "applied", "now"],
    [
      ...rows,
      ["`image`", ...columns.map((c) => cell(c, (s) => s.service.spec.image))],
      ["`Version.Index`", ...columns.map((c) => cell(c, (s) => String(s.service.version)))],
      ["captured at (UTC)", ...columns.map((c) => (c ? clock(c.at) : "—"))],
    ],
  );
};

const historyTable = (rollout: Rollout): string => {
  const sightings = [...(rollout.before ? [rollout.before] : []), ...rollout.history];
  const rows = sightings.map(({ at, service }) => [
    clock(at),
    String(service.version),
    code(service.update?.state ?? "none"),
    service.previous ? "present" : "absent",
    service.update?.message ? code(service.update.message) : "",
  ]);
  return `**UpdateStatus, as it was seen**\n\n${table(["seen at (UTC)", "Version.Index", "state", "PreviousSpec", "Swarm's message"], rows)}`;
};

const deathTable = ({ task, container, events, isNamedBySwarm }: Death): string => {
  const whose = isNamedBySwarm ? "named by Swarm's own message" : "created by this deploy";
  const lastCheck = container?.health?.lastOutput;
  return `**The task that died**\n\n${table(
    ["task", `${code(task.id)}, ${whose}`],
    [
      ["state", code(task.state)],
      ["error, in full", code(task.error ?? "none")],
      ["exit code", code(String(container?.exitCode ?? task.exitCode ?? "none"))],
      [
        "`OOMKilled`",
        container ? code(String(container.isOomKilled)) : "not captured: the container was gone",
      ],
      ["lived (engine's clock)", `${clock(task.createdAt)} to ${clock(task.changedAt)}`],
      ...(lastCheck ? [["healthcheck, last output", code(lastCheck)]] : []),
      ...events.filter((e) => e.action !== "create" && e.action !== "destroy").map(eventRow),
    ],
  )}`;
};

const eventRow = ({ action, at, exitCode }: EngineEvent): string[] => [
  `event ${code(action)}`,
  `${clock(at)}${exitCode === null ? "" : `, exit code ${exitCode}`}`,
];

/** Environment values were redacted where the engine's answer was read; equal ones still look equal. */
const specDiff = (rollout: Rollout): string => {
  const withPrevious = rollout.history.find(
    (s) => s.service.previous !== null && s.at >= (rollout.applied?.at ?? ""),
  );
  const previous = withPrevious?.service.previous;
  if (!withPrevious || !previous) return "**PreviousSpec**: none was on the service while it was watched.";
  const diff = diffOf(previous, withPrevious.service.spec);
  const title = `PreviousSpec against the new spec, captured at ${clock(withPrevious.at)} UTC (${diff.length} lines)`;
  return details(title, block(diff.join("\n") || "the two specs are the same", "diff"));
};

const diffOf = (previous: ServiceSpec, spec: ServiceSpec): string[] => {
  const gone = previous.lines.filter((line) => !spec.lines.includes(line)).map((line) => `- ${line}`);
  const come = spec.lines.filter((line) => !previous.lines.includes(line)).map((line) => `+ ${line}`);
  return [...gone, ...come].sort((a, b) => a.slice(2).localeCompare(b.slice(2)) || b.localeCompare(a));
};

const witnesses = (rollout: Rollout): string => {
  const live = rollout.applied ? `seen live at ${clock(rollout.applied.at)} UTC` : "not seen live";
  const filter =
    rollout.stamped.length > 0
      ? `the engine has ${rollout.stamped.map(code).join(", ")} created under the stamp`
      : "the engine has no task created under the stamp";
  return `**Was the new spec applied?** Recorder: ${live}. Engine's task list, filtered by the stamp: ${filter}.`;
};
