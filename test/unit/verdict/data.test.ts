import { describe, expect, it } from "vitest";
import {
  type DataAct,
  dataFindings,
  unprovenBackup,
  unprovenRestore,
} from "../../../src/verdict/data-rules.ts";
import type { Observation } from "../../../src/verdict/observation.ts";
import * as told from "../../support/data-stories.ts";

const { archived, dump, exited, hook, kept, marked, plan, read, startedAgain, volume, wiped } = told;
const found = (act: DataAct, ...seen: Observation[]) => dataFindings(act, seen);

describe("hooks", () => {
  it("that end well are nothing to tell", () => {
    expect(found("back-up", hook("backup pre-hook"), archived(volume, kept()))).toEqual([]);
    expect(found("restore", hook("restore post-hook"))).toEqual([]);
  });
  it("that end badly are told each, and an archive is not judged then", () => {
    const seen = [hook("backup pre-hook", exited(3)), archived(volume, kept({ filled: 0 }))];
    expect(found("back-up", ...seen)).toMatchObject([
      { is: "backup-hook-failed", phase: "backup pre-hook", end: exited(3) },
    ]);
    const late = hook("restore post-hook", { is: "out-of-time", afterMs: 5_000 });
    expect(found("restore", late)).toMatchObject([{ is: "restore-hook-failed" }]);
  });
  it("of the backup are not the restore's, which has them in its record", () => {
    expect(found("restore", hook("backup pre-hook", exited(3)))).toEqual([]);
  });
});

describe("an archive", () => {
  const empty = kept({ files: 0, filled: 0, bytes: 0 });
  it("with nothing at all in it is empty", () => {
    expect(found("back-up", archived(volume, empty))).toMatchObject([{ is: "backup-empty", isAll: true }]);
    const zero = archived(volume, kept({ files: 2, filled: 0, bytes: 40 }));
    expect(found("back-up", zero)).toMatchObject([{ is: "backup-empty", isAll: true }]);
  });
  it("of a whole volume may be empty beside one that is not: nobody has used it", () => {
    expect(found("back-up", archived(volume, empty), archived(dump, kept({ of: "file" })))).toEqual([]);
  });
  it.each([
    ["is not there", { is: "missing" } as const],
    ["is an empty file", kept({ of: "file", files: 1, filled: 0, bytes: 0 })],
    ["is a folder of empty files", kept({ files: 2, filled: 0 })],
  ])("of a path that a label names and that %s is empty", (_, archive) => {
    expect(found("back-up", archived(volume, kept()), archived(dump, archive))).toMatchObject([
      { is: "backup-empty", isAll: false, empty: [{ path: "/db/dump.sql" }] },
    ]);
  });
  it("of a folder without files is empty only where a hook was to fill it", () => {
    const seen = [archived(volume, kept()), archived(dump, empty)];
    expect(found("back-up", ...seen)).toEqual([]);
    expect(found("back-up", hook("backup pre-hook"), ...seen)).toMatchObject([{ is: "backup-empty" }]);
  });
});

describe("a marker", () => {
  const row = { mark: "a row", place: { is: "command" } } as const;
  it("that cannot be written, or read, or outlives the data is at fault itself", () => {
    expect(found("mark", marked(exited(2), ["no table"]))).toMatchObject([
      { is: "marker-failed", fault: { is: "write", end: exited(2), lines: ["no table"] } },
    ]);
    expect(found("mark", marked(), read("mark", false, row))).toMatchObject([
      { is: "marker-failed", fault: { is: "read", said: "nothing is there" } },
    ]);
    expect(found("wipe", startedAgain(), read("wipe", true, row))).toMatchObject([
      { is: "marker-failed", fault: { is: "outlives" } },
    ]);
  });
});

describe("a restore", () => {
  it("finds what did not come back, of how many", () => {
    const seen = [read("restore", true), read("restore", false, { mark: "a row" })];
    expect(found("read-marks", ...seen)).toMatchObject([
      { is: "data-lost", of: 2, marks: [{ mark: "a row", said: "nothing is there" }] },
    ]);
  });
  it("needs an app that runs again", () => {
    const db = { service: "db", said: "no task", lines: [] };
    expect(found("wipe", startedAgain(db))).toMatchObject([
      { is: "not-started-again", services: [db], afterMs: 60_000 },
    ]);
  });
});

describe("a backup claims", () => {
  it.each<[string, Observation[], string | null, RegExp]>([
    ["something where it was archived", [plan(), archived(volume, kept())], null, /^$/],
    ["nothing where the record has no plan", [], "unverified", /does not say/],
    [
      "nothing, on purpose, where nothing is kept",
      [plan({ services: [], volumes: [], taken: [] })],
      "skipped",
      /keeps nothing/,
    ],
    [
      "nothing where no label asks for it",
      [plan({ services: [], taken: [] })],
      "unverified",
      /nothing backs up stack_data: add the label/,
    ],
    ["nothing where all is left out", [plan({ taken: [] })], "unverified", /nothing that they would take/],
    [
      "nothing where no task uses it",
      [plan({ idle: ["stack_data"] })],
      "unverified",
      /no task runs that uses stack_data/,
    ],
    ["nothing where it was not archived", [plan()], "unverified", /nothing was archived/],
  ])("%s", (_, seen, is, reason) => {
    const unproven = unprovenBackup(seen);
    expect(unproven?.is ?? null).toBe(is);
    expect(unproven?.reason ?? "").toMatch(reason);
  });
});

describe("a restore claims something", () => {
  const backedUp = [plan(), archived(volume, kept())];
  const [before, gone, back] = [read("mark", true), read("wipe", false), read("restore", true)];
  it("where a mark was there, and gone, and is there again", () => {
    expect(unprovenRestore([...backedUp, before, wiped, gone, back])).toBeNull();
  });
  it("and nothing where one of these is missing from the record", () => {
    for (const missing of [before, wiped, gone, back]) {
      const seen = [...backedUp, before, wiped, gone, back].filter((one) => one !== missing);
      expect(unprovenRestore(seen)?.is, JSON.stringify(missing)).toBe("unverified");
    }
  });
  it("and nothing where the mark was never gone", () => {
    const seen = [...backedUp, before, wiped, read("wipe", true), back];
    expect(unprovenRestore(seen)).toMatchObject({
      is: "unverified",
      reason: expect.stringMatching(/declare one under `markers:`/),
    });
  });
  it("and no more than its backup", () => {
    expect(unprovenRestore([plan({ services: [], volumes: [], taken: [] })])?.is).toBe("skipped");
  });
});
