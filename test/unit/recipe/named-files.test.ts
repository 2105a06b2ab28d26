import { describe, expect, it } from "vitest";
import { readNamedFiles } from "../../../src/recipe/named-files.ts";
import { parseStackConfig } from "../../../src/recipe/stack-config.ts";

const source = "configs:\n  conf:\n    file: conf/app.ini\nsecrets:\n  key:\n    file: ./key\n";
const there: Record<string, string> = {
  "conf/app.ini": "a = {{ env }}\n",
  key: "k",
  empty: "",
  big: "version https://git-lfs.github.com/spec/v1\noid x\n",
};
const read = (printed: object) =>
  readNamedFiles(
    parseStackConfig(JSON.stringify({ services: {}, ...printed })),
    new Map([["compose.yml", source]]),
    { stack: "s_org", directory: "/tree" },
    async (path) => there[path] ?? null,
  );

describe("the files that become configs and secrets", () => {
  it("come with the engine's name and with what docker stores, those of others left out", async () => {
    const configs = {
      conf: { file: "/tree/conf/app.ini", name: "s_org_conf_v1" },
      shared: { external: true, name: "shared" },
    };
    expect(await read({ configs, secrets: { key: { file: "/tree/key" } } })).toEqual({
      is: "files",
      files: [
        { kind: "secret", key: "key", name: "s_org_key", file: "key", text: "k" },
        { kind: "config", key: "conf", name: "s_org_conf_v1", file: "conf/app.ini", text: "a = {{ env }}\n" },
      ],
    });
  });

  it.each([
    ["/tree/conf/lost.ini", "the config conf names the file conf/lost.ini, which the recipe does not have"],
    ["/etc/passwd", "the config conf names a file outside the recipe"],
    ["/tree-of-another/key", "the config conf names a file outside the recipe"],
    ["/tree/empty", "the config conf names the file empty, which is empty: docker stores nothing empty"],
    [
      "/tree/big",
      "the config conf names the file big, which Git LFS keeps elsewhere: put it into the repository itself",
    ],
  ])("%s is refused at its line", async (file, reason) => {
    const complaint = { file: "compose.yml", line: 3, reason };
    expect(await read({ configs: { conf: { file } } })).toEqual({ is: "invalid", complaint });
  });
});
