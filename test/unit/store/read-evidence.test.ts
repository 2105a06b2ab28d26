// What is no evidence file, or no longer a whole one, is refused with the place in it and the way out, on two lines.
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import { afterAll, describe, expect, it } from "vitest";
import { parseEvidence, readEvidence } from "../../../src/store/read-evidence.ts";
import { caseFile } from "../../support/cases.ts";

const folder = await mkdtemp(join(tmpdir(), "testme-evidence-"));
afterAll(() => rm(folder, { recursive: true }));

const zipped = await readFile(caseFile("rolled-back-exit"));
const whole = gunzipSync(zipped).toString();
const file = async (bytes: string | Uint8Array) => {
  const path = join(folder, "evidence.json");
  await writeFile(path, bytes);
  return path;
};
/** The file with the value at one place replaced; undefined takes it out. */
const changed = (place: string, value: unknown): string => {
  const json: object = JSON.parse(whole);
  const keys = place.split(/[.[\]]+/).filter((key) => key !== "");
  const last = keys.pop() ?? "";
  const holder = keys.reduce<object>((at, key) => Reflect.get(at, key), json);
  if (value === undefined) Reflect.deleteProperty(holder, last);
  else Reflect.set(holder, last, value);
  return JSON.stringify(json);
};

/** For JSON.parse: as if the engine's own node had been this one; undefined takes it out. What else the cases lack is null. */
const ofNode =
  (node: unknown) =>
  (_: string, value: unknown): unknown => {
    if (typeof value !== "object" || value === null) return value;
    if ("told" in value) return { ladder: null, ...value };
    if ("status" in value && "is" in value && value.is === "http") return { fallback: null, ...value };
    if (!("is" in value)) return value;
    if (value.is === "probe") return { wants: { is: "http", path: "/", codes: null }, ...value };
    return value.is === "before" ? { ...value, node } : value;
  };

describe("an evidence file", () => {
  it("is the same plain and gzipped", async () => {
    expect(await readEvidence(await file(whole))).toEqual(await readEvidence(await file(zipped)));
    expect(await readEvidence(await file(zipped))).toEqual(JSON.parse(whole, ofNode(null)));
  });

  it("that was written before the engine's own node was noted is read, and does not know it", async () => {
    const befores = (text: string) =>
      parseEvidence(text, "it").stages.flatMap(({ observations }) =>
        observations.filter((o) => o.is === "before").map(({ node }) => node),
      );
    const written = (node: unknown) => JSON.stringify(JSON.parse(whole, ofNode(node)));
    expect(new Set(befores(written(undefined)))).toEqual(new Set([null]));
    expect(new Set(befores(written("n1")))).toEqual(new Set(["n1"]));
  });

  it.each([
    ["is not there", join(folder, "nowhere.json"), /nowhere\.json cannot be read: ENOENT/],
    ["is a folder", folder, /cannot be read: EISDIR/],
  ])("that %s", async (_, path, words) => {
    await expect(readEvidence(path)).rejects.toThrow(words);
    await expect(readEvidence(path)).rejects.toThrow(/\nName the evidence\.json of a run/);
  });

  it.each<[string, string | Uint8Array, RegExp]>([
    ["is no JSON", "verdict: pass", /evidence\.json is not JSON: .*\nTake the file as testme wrote it/],
    ["is empty", "", /is not JSON/],
    ["was cut", whole.slice(0, whole.length / 2), /is not JSON/],
    ["was cut when gzipped", zipped.subarray(0, 2000), /is no text: .*\nTake the file as testme wrote it/],
    ["is no UTF-8", new Uint8Array([0x7b, 0xff, 0x7d]), /is no text/],
    ["is another JSON", "[1]", /is no evidence file.*\nName the evidence\.json/],
    ["is another object", '{"schema":2}', /is no evidence file/],
  ])("that %s", async (_, bytes, words) => {
    await expect(readEvidence(await file(bytes))).rejects.toThrow(words);
  });

  it.each<[unknown, RegExp]>([
    [1, /^it has schema 1, which does not keep enough .*\nRun the test again/],
    [3, /^it has schema 3, and this testme reads schema 2\nUse the testme that wrote the file/],
    ["2", /^it has schema "2"/],
    [null, /^it has schema null/],
  ])("of schema %j", (schema, words) => {
    expect(() => parseEvidence(changed("schema", schema), "it")).toThrow(words);
  });

  type Noted = { is: string; tasks?: unknown[] };
  /** Where the first observation of a kind stands; one of tasks has some. */
  const first = (is: string): string => {
    const noted: Noted[] = JSON.parse(whole).stages[0].observations;
    return `stages[0].observations[${noted.findIndex((o) => o.is === is && o.tasks?.length !== 0)}]`;
  };
  it.each<[string, unknown, string]>([
    ["run.head", "HEAD", "run.head"],
    ["run.source.is", "elsewhere", "run.source.is"],
    ["stages[0].verdict", "fail", "stages[0].verdict"],
    ["stages[0].verdict.findings[0]", "bad-luck", "stages[0].verdict.findings[0]"],
    ["stages[0].failedAt.act", "guess", "stages[0].failedAt.act"],
    ["stages[0].endedAt", "later", "stages[0].endedAt"],
    ["stages[0].told.summary", undefined, "stages[0].told.summary"],
    ["stages[0].observations[3].is", "guessed", "stages[0].observations[3].is"],
    ["stages[0].observations[3]", null, "stages[0].observations[3]"],
    ["stages[0].observations[2].at", 12, "stages[0].observations[2].at"],
    [`${first("before")}.expectation.services`, "app", `${first("before")}.expectation.services`],
    [`${first("service")}.service.version`, "12", `${first("service")}.service.version`],
    [`${first("tasks")}.tasks[0].state`, undefined, `${first("tasks")}.tasks[0].state`],
    [`${first("settled")}.because`, "I say so", first("settled")],
    ["note", "more than it should have", "its top"],
  ])("that is damaged at %s names that place", (place, value, named) => {
    const read = () => parseEvidence(changed(place, value), "it");
    expect(read).toThrow(`it is damaged at ${named}: `);
    expect(read).toThrow(/^[^\n]+\nTake the file as testme wrote it[^\n]+$/);
  });
});
