import { mkdir, mkdtemp, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { readTests } from "../../../src/runner/read-tests.ts";

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "testme-tests-"));
  await mkdir(join(folder, "tests", "lib"), { recursive: true });
});
afterEach(() => rm(folder, { recursive: true }));

const read = () => readTests(join(folder, "tests"));
const write = (path: string, text = "text", mode = 0o644) => writeFile(join(folder, path), text, { mode });
const link = (to: string, path: string) => symlink(to, join(folder, path));

it("reads files at every depth, which of them are programs, and links within as links", async () => {
  await write("tests/home.sh", "curl", 0o755);
  await write("tests/lib/common.sh");
  await link("lib/common.sh", "tests/common");
  await link("../home.sh", "tests/lib/home");
  const content = Buffer.from("text");
  expect(await read()).toEqual([
    { is: "link", path: "common", linksTo: "lib/common.sh" },
    { is: "file", path: "home.sh", content: Buffer.from("curl"), isExecutable: true },
    { is: "file", path: "lib/common.sh", content, isExecutable: false },
    { is: "link", path: "lib/home", linksTo: "../home.sh" },
  ]);
});

it("finds nothing where there is no such folder", async () => {
  await rm(join(folder, "tests"), { recursive: true });
  expect(await read()).toEqual([]);
});

it.each([
  ["/etc/passwd", "passwd"],
  ["../../secret", "secret"],
  ["../..", "lib/up"],
  ["lib/../../secret", "round"],
])("refuses a link to %s", async (to, path) => {
  await link(to, `tests/${path}`);
  expect(await read()).toEqual({ refused: `tests/${path} is a link that leads out of tests/` });
});

it("follows no link to a folder, and does not read what is behind one", async () => {
  await mkdir(join(folder, "outside"));
  await write("outside/secret");
  await rm(join(folder, "tests"), { recursive: true });
  await link("outside", "tests");
  expect(await read()).toEqual({ refused: "tests is no folder" });
});

it("refuses more than it should be", async () => {
  await write("tests/big", "x".repeat(17 * 1024 * 1024));
  expect(await read()).toEqual({ refused: "tests/big is larger than 16 MiB" });
  await write("tests/big", "x".repeat(9 * 1024 * 1024));
  await write("tests/bigger", "x".repeat(9 * 1024 * 1024));
  expect(await read()).toEqual({ refused: "tests/ has more than 16 MiB" });
  await Promise.all(Array.from({ length: 1_000 }, (_, nth) => write(`tests/lib/${nth}`)));
  expect(await read()).toEqual({ refused: "tests/ has more than 1000 files" });
});
