// A backup and a restore as a maintainer reads them. `vitest -u` writes the golden files anew.
import { expect, it } from "vitest";
import { checkRunOf } from "../../../src/report/check-run.ts";
import type { StageResult } from "../../../src/run/stage-result.ts";
import type { DataObservation } from "../../../src/verdict/data.ts";
import { type DataAct, dataFindings } from "../../../src/verdict/data-rules.ts";
import { provenVerdict } from "../../../src/verdict/proof.ts";
import { at, story } from "../../support/builders.ts";
import * as told from "../../support/data-stories.ts";
import { run } from "./results.ts";

const { archived, dump, exited, hook, kept, plan, read, startedAgain, volume, wiped } = told;

/** As it stands when this act was the last. */
const stage = (name: "backup" | "restore", act: DataAct, ...seen: DataObservation[]): StageResult => {
  const { observations } = seen.reduce((before, one) => before.noted(one), story());
  return {
    stage: name,
    verdict: provenVerdict(name, observations, dataFindings(act, observations)),
    failedAt: null,
    base: null,
    observations,
    cleanupFault: null,
    ladder: null,
    startedAt: at(0),
    endedAt: at(42),
  };
};
const backedUp = [plan(), read("mark", true), archived(volume, kept())];
const row = { mark: "a row", service: "db", place: { is: "command" } } as const;
const noDatabase = ["pg_dump: error: connection refused", "`*_<b>@everyone</b>"];

it.each<[string, StageResult]>([
  ["backed-up", stage("backup", "back-up", ...backedUp)],
  [
    "backup-hook-failed",
    stage("backup", "back-up", plan(), hook("backup pre-hook", exited(1), { lines: noDatabase })),
  ],
  [
    "backup-empty",
    stage(
      "backup",
      "back-up",
      plan({ services: ["app", "db"], volumes: ["stack_data", "stack_db"], taken: [volume, dump] }),
      hook("backup pre-hook"),
      archived(volume, kept()),
      archived(dump, kept({ of: "file", files: 1, filled: 0, bytes: 20, hasMark: false })),
    ),
  ],
  [
    "restored",
    stage(
      "restore",
      "read-marks",
      ...backedUp,
      wiped,
      startedAgain(),
      read("wipe", false),
      read("restore", true),
    ),
  ],
  [
    "data-lost",
    stage(
      "restore",
      "read-marks",
      ...[...backedUp, read("mark", true, row), wiped, startedAgain()],
      ...[read("wipe", false), read("wipe", false, row), read("restore", true)],
      read("restore", false, { ...row, said: 'ERROR: relation "notes" does not exist' }),
    ),
  ],
  [
    "not-started-again",
    stage(
      "restore",
      "wipe",
      ...backedUp,
      wiped,
      startedAgain({ service: "db", said: "pending: no suitable node", lines: [] }),
    ),
  ],
])("%s", async (name, result) => {
  const { title, summary } = checkRunOf(run, result.stage, { is: "done", result }).output;
  await expect(`${title}\n(${result.verdict.is})\n\n${summary}\n`).toMatchFileSnapshot(
    `../../fixtures/golden/data-${name}.md`,
  );
});
