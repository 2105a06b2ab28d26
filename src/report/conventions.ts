/** The lint stage told: the conventions, and what the pull request would change in what the recipe asks of the bot. */
import type { Observation } from "../verdict/observation.ts";
import { type Block, story } from "./budget.ts";
import { lintBlocks, lintRemarks, lintTitle } from "./lint.ts";
import { code } from "./markdown.ts";
import type { Remark } from "./remark.ts";

export const conventionsPassed = (seen: readonly Observation[]): { title: string; blocks: Block[] } => {
  const report = reportIn(seen);
  if (report === null) return { title: "Lint: nothing was looked at", blocks: changeBlocks(seen) };
  return { title: lintTitle(report), blocks: [...lintBlocks(report), ...changeBlocks(seen)] };
};

/** Where to look in the pull request's own files; nothing of it turns a check red. */
export const conventionRemarks = (seen: readonly Observation[]): Remark[] => {
  const report = reportIn(seen);
  const complaints = changeIn(seen)?.complaints ?? [];
  return [
    ...complaints.map(
      ({ file, line, reason }): Remark => ({
        at: line === null ? null : { file, line },
        level: "warning",
        title: "Not valid, once it is merged",
        message: reason,
      }),
    ),
    ...(report === null ? [] : lintRemarks(report)),
  ];
};

const reportIn = (seen: readonly Observation[]) => seen.findLast((o) => o.is === "linted")?.report ?? null;
const changeIn = (seen: readonly Observation[]) =>
  seen.findLast((o) => o.is === "recipe-config")?.change ?? null;

const changeBlocks = (seen: readonly Observation[]): Block[] => {
  const change = changeIn(seen);
  if (change === null) return [];
  const said = change.complaints.map(
    ({ file, line, reason }) => `- ${code(line === null ? file : `${file}:${line}`)}: ${code(reason)}`,
  );
  const files = change.files.map((file) => code(file)).join(" and ");
  const [are, those] = change.files.length === 1 ? ["is", "the one"] : ["are", "those"];
  const valid = "It is valid, and applies after the merge.";
  return [
    story(
      [
        `**${files} ${are} changed here.** This run went by ${those} on the target branch. ${said.length === 0 ? valid : "What it says here is not valid:"}`,
        ...said,
      ].join("\n"),
    ),
  ];
};
