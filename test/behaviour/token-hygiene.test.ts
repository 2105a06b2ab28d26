/** The token with which git reads a repository: used, and nowhere to be found afterwards or on the way. */
import { chmod, mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { filesBelow, openWorld, type World } from "../support/world.ts";

/** A `git` that writes down how it and every program that it starts were called, and with which header. */
const spy = (notes: string, path: string) => `#!/bin/sh
PATH='${path}'
printf '%s\\n' "$@" >>'${notes}/argv'
printf '%s\\n' "$GIT_CONFIG_VALUE_0" >>'${notes}/header'
GIT_TRACE='${notes}/trace' exec git "$@"
`;

let notes: string;
beforeEach(async () => {
  notes = await mkdtemp(join(tmpdir(), "testme-spy-"));
  await mkdir(join(notes, "bin"));
  await writeFile(join(notes, "bin", "git"), spy(notes, process.env.PATH ?? ""));
  await chmod(join(notes, "bin", "git"), 0o755);
});
afterEach(() => rm(notes, { recursive: true }));

const basic = (token: string): string => Buffer.from(`x-access-token:${token}`).toString("base64");

test("no token in a file, an argument, a check run, a comment or the log", async () => {
  const inTheData: string[] = [];
  const secrets = () => world.bot.tokens.flatMap((token) => [token, basic(token)]);
  const lookInTheData = async () => {
    const files = await filesBelow(world.data);
    expect(files.length).toBeGreaterThan(0);
    for (const { path, content } of files)
      if (secrets().some((secret) => content.includes(secret))) inTheData.push(path);
  };
  const world: World = await openWorld({
    path: `${join(notes, "bin")}:${process.env.PATH}`,
    script: { beforeDeploy: lookInTheData },
  });
  await world.comment("!testme");
  await world.settled();
  await lookInTheData();
  expect(world.checkRuns().map(({ conclusion }) => conclusion)).toEqual(["success", "success"]);

  // The spy did see the token at work, in the environment of git and nowhere else.
  const [argv, header, trace] = await Promise.all(
    ["argv", "header", "trace"].map((file) => readFile(join(notes, file), "utf8")),
  );
  expect(world.bot.tokens.filter((token) => header?.includes(basic(token)))).toHaveLength(1);
  expect(trace).toMatch(/run_command: .*git remote-http/);
  const shown = JSON.stringify([world.checkRuns(), world.replies()]);
  for (const secret of secrets())
    for (const [where, text] of Object.entries({ argv, trace, shown, log: world.bot.log.join("") }))
      expect(text?.includes(secret), where).toBe(false);
  expect(inTheData).toEqual([]);
});
