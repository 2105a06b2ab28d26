/** The three columns that tell a rollback from a wrong stamp: the labels before, applied and now, each with its time. */
import type { Rollout, Sighting } from "../../verdict/rollout.ts";
import type { Block } from "../budget.ts";
import { byCodePoint, clock, code, table } from "../markdown.ts";

export const labelsBlock = (rollout: Rollout): Block => ({
  name: "labels",
  worth: 9,
  texts: [labelTable(rollout)],
});

const labelTable = (rollout: Rollout): string => {
  const { before, applied, now, expectation } = rollout;
  const columns = [before, applied, now];
  // A first deploy has no before; anything else that is missing was missed.
  const lacks = (c: Sighting | null) => (c === before ? "—" : "not captured");
  const cell = (c: Sighting | null, value: (s: Sighting) => string) => (c ? code(value(c), 200) : lacks(c));
  const prefix = `coop-cloud.${expectation.stack}.`;
  const valueIn = (sighting: Sighting | null, label: string) => sighting?.service.spec.labels[label] ?? "—";
  const labels = new Set(columns.flatMap((c) => Object.keys(c?.service.spec.labels ?? {})));
  const isTold = (label: string) =>
    label === expectation.stampLabel ||
    (label.startsWith(prefix) && new Set(columns.map((c) => valueIn(c, label))).size > 1);
  const rows = [...labels]
    .filter(isTold)
    .sort(byCodePoint)
    .slice(0, 30)
    .map((label) => [
      code(label.slice(prefix.length), 200),
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
