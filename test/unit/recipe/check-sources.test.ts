import { describe, expect, it } from "vitest";
import { checkAppService, parseSources } from "../../../src/recipe/check-sources.ts";

describe("files that are no YAML", () => {
  it("are each told with file, line and column", () => {
    const sources = new Map([
      ["compose.yml", "a: 1\n"],
      ["b.yml", "a: 1\na: 2\n"],
      ["c.yml", "a: *b\n"],
      ["d.yml", "a: 1\n  b: 2\n"],
    ]);
    expect(parseSources(sources)).toEqual([
      { file: "b.yml", line: 2, reason: "not valid YAML: Map keys must be unique (column 1)" },
      { file: "c.yml", line: 1, reason: "not valid YAML: the anchor &b that *b refers to does not exist" },
      { file: "d.yml", line: 1, reason: expect.stringContaining("not valid YAML: ") },
    ]);
  });

  it.each([
    ["two documents", "a: 1\n---\nb: 2\n"],
    ["merge keys", "x: &x {a: 1}\ny: &y {b: 1}\nz:\n  <<: [*x, *y]\n  c: 1\n"],
    ["a list closed at its key's column", "a: [\n  b\n]\n"],
    ["nothing", ""],
    ["tags, and tabs behind a colon", "a: !!str 5\nb:\t'x'\n"],
  ])("are not those with %s, which docker takes", (_, text) => {
    expect(parseSources(new Map([["compose.yml", text]]))).toEqual([]);
  });
});

describe("a stack without `app`", () => {
  const sources = new Map([
    ["compose.yml", 'version: "3.8"\n\nservices:\n  web:\n    image: x\n'],
    ["o.yml", "services:\n  db: {}\n"],
  ]);

  it("is told at the `services:` of the first file", () => {
    expect(checkAppService(["web", "db"], sources)).toEqual({
      file: "compose.yml",
      line: 3,
      reason: "no service is called `app` (there is: db, web)",
    });
  });
  it("is told without a line where there are no services", () => {
    expect(checkAppService([], new Map([["compose.yml", "version: '3.8'\n"]]))).toEqual({
      file: "compose.yml",
      line: null,
      reason: "no service is called `app` (there is: none at all)",
    });
  });
  it("is none that has one", () => {
    expect(checkAppService(["app", "db"], sources)).toBeNull();
  });
});
