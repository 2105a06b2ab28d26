// What goes into a test's container, and what is heard of it.

import { Readable } from "node:stream";
import { text } from "node:stream/consumers";
import { finished } from "node:stream/promises";
import { extract } from "tar-stream";
import { describe, expect, it } from "vitest";
import { archiveOf } from "../../../src/swarm/trial-files.ts";
import { hearing } from "../../../src/swarm/trial-output.ts";

describe("the archive", () => {
  it("has every folder before what is in it, and files with their content and rights", async () => {
    const archive = await archiveOf([
      { is: "file", path: "a/b/run.sh", content: Buffer.from("exit"), isExecutable: true },
      { is: "link", path: "a/same.sh", linksTo: "b/run.sh" },
      { is: "file", path: "héllo", content: Buffer.from("wörld"), isExecutable: false },
    ]);
    const entries: unknown[] = [];
    const reading = extract();
    Readable.from([archive]).pipe(reading);
    for await (const entry of reading) {
      const { name, type, mode, linkname, uid } = entry.header;
      entries.push([name, type, type === "symlink" ? linkname : mode?.toString(8), uid, await text(entry)]);
    }
    expect(entries).toEqual([
      ["tests/", "directory", "755", 0, ""],
      ["tests/a/", "directory", "755", 0, ""],
      ["tests/a/b/", "directory", "755", 0, ""],
      ["tests/a/b/run.sh", "file", "755", 0, "exit"],
      ["tests/a/same.sh", "symlink", "b/run.sh", 0, ""],
      ["tests/héllo", "file", "644", 0, "wörld"],
    ]);
  });
});

describe("what is heard", () => {
  const hear = async (...parts: ["out" | "err", string | Buffer][]) => {
    const { stdout, stderr, heard } = hearing();
    for (const [stream, part] of parts) (stream === "out" ? stdout : stderr).write(Buffer.from(part));
    stdout.end();
    stderr.end();
    await Promise.all([finished(stdout), finished(stderr)]);
    return heard();
  };

  it("is both streams in their order, and stdout by itself", async () => {
    expect(await hear(["out", "1..1\n"], ["err", "trying\n"], ["out", "ok 1\r\n"])).toEqual({
      stdout: ["1..1", "ok 1"],
      lines: ["1..1", "trying", "ok 1"],
    });
  });

  it("is whole where a line, or a character, comes in two parts, and where the last has no end", async () => {
    const word = Buffer.from("wörld");
    expect(
      (await hear(["out", "hello "], ["out", word.subarray(0, 2)], ["out", word.subarray(2)])).stdout,
    ).toEqual(["hello wörld"]);
  });

  it("of what has no end is its beginning for a protocol, and its end for a reader", async () => {
    const lines = Array.from({ length: 200_000 }, (_, nth) => `line ${nth} of many`);
    const { stdout, lines: last } = await hear(["out", `${lines.join("\n")}\n`]);
    expect(stdout[0]).toBe("line 0 of many");
    expect(stdout.join("\n").length).toBeLessThanOrEqual(1024 * 1024);
    expect(last).toEqual(lines.slice(-200));
  });

  it("of a line that has no end is its beginning", async () => {
    const parts = Array.from({ length: 100 }, (): ["err", string] => ["err", "x".repeat(100_000)]);
    const { lines } = await hear(...parts);
    expect(lines.map((line) => line.length)).toEqual([8_192]);
  });
});
