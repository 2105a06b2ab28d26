import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { composeFilesOf } from "../../../src/recipe/compose-files.ts";

const of = (list: string) =>
  composeFilesOf(new Map([["COMPOSE_FILE", list]]), new Map([["COMPOSE_FILE", 4]]));

describe("compose files", () => {
  it("are compose.yml by default", () => {
    expect(composeFilesOf(new Map(), new Map())).toEqual({ is: "files", files: ["compose.yml"] });
    expect(of("")).toEqual({ is: "files", files: ["compose.yml"] });
  });

  it("are a colon list", () => {
    expect(of("./compose.yml:postgres/compose.tune.yml")).toEqual({
      is: "files",
      files: ["compose.yml", "postgres/compose.tune.yml"],
    });
  });

  it.each([
    [":compose.x.yml", "names an empty path"],
    ["a.yml:", "names an empty path"],
    ["./", "names an empty path"],
    ["/etc/passwd", 'names "/etc/passwd"; give the path from the recipe'],
    ["a.yml:../b.yml", 'names "../b.yml", which leads out'],
    ["a/../../b.yml", "which leads out of the recipe"],
    ["-", "reads as an option"],
    ["--context=x", "reads as an option"],
    ["./-x", "reads as an option"],
    ["a\nb", "no file of a recipe is called"],
  ])("are not %j", (list, reason) => {
    const files = of(list);
    expect(files).toMatchObject({ is: "invalid", complaint: { file: ".env.sample", line: 4 } });
    expect(files.is === "invalid" && files.complaint.reason).toContain(reason);
  });

  it("never lead out, whatever is asked for", () => {
    const part = fc.constantFrom("..", ".", "", "a", "-", "compose.yml", "~", "a b");
    const list = fc.array(fc.array(part).map((parts) => parts.join("/"))).map((paths) => paths.join(":"));
    fc.assert(
      fc.property(fc.oneof(list, fc.string()), (text) => {
        const read = of(text);
        if (read.is === "invalid") return;
        for (const file of read.files) expect(file).not.toMatch(/^$|^[/-]|(?:^|\/)\.\.(?:\/|$)|:/);
      }),
    );
  });
});
