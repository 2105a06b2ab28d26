/** How a level reads: at the end of a run's last check, in its title, and in a terminal. */
import { describe, expect, it } from "vitest";
import { evidenceFile } from "../../../src/report/evidence.ts";
import { ladderBlock, ladderLines, rungsJson } from "../../../src/report/ladder.ts";
import { retell } from "../../../src/report/retell.ts";
import { summaryOf } from "../../../src/report/summary.ts";
import { runJson } from "../../../src/report/terminal.ts";
import { stageTitle } from "../../../src/report/words.ts";
import { ladderOf } from "../../../src/run/level.ts";
import type { StageResult } from "../../../src/run/stage-result.ts";
import { parseEvidence } from "../../../src/store/read-evidence.ts";
import { ended, engineDown, run } from "./results.ts";

const stage = (name: StageResult["stage"], verdict: Parameters<typeof ended>[0]): StageResult => ({
  ...ended(verdict),
  stage: name,
  observations: [],
});
const results = [
  stage("install", { is: "pass" }),
  { ...stage("upgrade", { is: "skipped", reason: "it takes | an hour" }), startedAt: null },
  stage("backup", { is: "inconclusive", fault: engineDown }),
  stage("custom", { is: "cancelled", by: "cancelled by `ada`" }),
];
const ladder = ladderOf(results);
const last: StageResult = { ...stage("custom", { is: "cancelled", by: "cancelled by ada" }), ladder };

it("is a table at the end of a check, whatever the stage ended in", () => {
  expect(ladderBlock(ladder)).toMatchInlineSnapshot(`
    "**Level 1 of 5.**

    | rung | status | reason |
    | --- | --- | --- |
    | 1 install | ✅ pass |  |
    | 2 upgrade | ⏭ skip | \`it takes \\| an hour\` |
    | 3 backup-restore | ❔ unverified | \`connect ENOENT /var/run/docker.sock\` |
    | 4 custom | ❔ unverified | \`\` cancelled by \`ada\` \`\` |
    | 5 lint | ❔ unverified | \`not asked for\` |"
  `);
  const verdicts: Parameters<typeof ended>[0][] = [
    { is: "skipped", reason: "so" },
    { is: "unverified", reason: "so" },
    { is: "cancelled", by: "so" },
    { is: "inconclusive", fault: engineDown },
  ];
  for (const verdict of verdicts) {
    const told = summaryOf(run, { ...stage("lint", verdict), ladder });
    expect(told.split("\n\n").slice(-3, -1).join("\n\n")).toBe(ladderBlock(ladder));
    expect(summaryOf(run, stage("lint", verdict))).not.toContain("Level");
  }
});

it("stands first in that check's title, and is not cut off", () => {
  expect(stageTitle(last)).toBe("Level 1 of 5 · Cancelled: cancelled by ada");
  expect(stageTitle({ ...last, ladder: null })).toBe("Cancelled: cancelled by ada");
  const long = stageTitle({ ...last, verdict: { is: "cancelled", by: "x".repeat(300) } });
  expect(long).toMatch(/^Level 1 of 5 · Cancelled: x+…$/);
  expect(long.length).toBe(255);
});

it("is six lines in a terminal", () => {
  expect(ladderLines(ladder)).toMatchInlineSnapshot(`
    [
      "Level 1 of 5",
      "1 ✔ install: pass",
      "2 – upgrade: skip, it takes | an hour",
      "3 ○ backup-restore: unverified, connect ENOENT /var/run/docker.sock",
      "4 ○ custom: unverified, cancelled by \`ada\`",
      "5 ○ lint: unverified, not asked for",
    ]
  `);
});

it("is in the object for scripts, also of a run that took one stage", () => {
  const alone = [stage("install", { is: "pass" })];
  expect(runJson(run, "pass", alone, null)).toMatchObject({
    level: 1,
    rungs: {
      install: { status: "pass", reason: null },
      upgrade: { status: "unverified", reason: "not asked for" },
      "backup-restore": { status: "unverified", reason: "not asked for" },
      custom: { status: "unverified", reason: "not asked for" },
      lint: { status: "unverified", reason: "not asked for" },
    },
  });
  expect(Object.keys(rungsJson(ladder))).toEqual(["install", "upgrade", "backup-restore", "custom", "lint"]);
});

describe("the evidence file", () => {
  const withLevel = [...results.slice(0, -1), { ...results[3], ladder } as StageResult];
  const file = parseEvidence(JSON.stringify(evidenceFile(run, "docker stack deploy", withLevel)), "it");

  it("keeps the level, and it comes of all stages again", () => {
    expect(file.stages.map((one) => one.ladder)).toEqual([null, null, null, ladder]);
    for (const one of file.stages) expect(retell(run, one, file.stages).difference).toBeNull();
  });

  it("cannot make a level higher than its stages are", () => {
    const [, , , told] = file.stages;
    if (!told) throw new Error("the last stage is lost");
    const title = told.told.title.replace("Level 1", "Level 5");
    const higher = { ...told, ladder: { ...ladder, level: 5 as const }, told: { ...told.told, title } };
    expect(retell(run, higher, file.stages).difference).toMatchObject({
      line: "title",
      told: expect.stringMatching(/^Level 5 of 5/),
      retold: expect.stringMatching(/^Level 1 of 5/),
    });
  });

  it("of an older testme has none", () => {
    const stages = file.stages.map(({ ladder: _, ...one }) => one);
    const older = parseEvidence(JSON.stringify({ ...file, stages }), "it");
    expect(older.stages.map((one) => one.ladder)).toEqual([null, null, null, null]);
  });
});
