/** `testme explain`, on the file of a run that has just been told to GitHub, and on one that somebody has edited since. */
import { readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { testme } from "../support/cli.ts";
import * as recipes from "../support/recipes.ts";
import { openWorld, type World } from "../support/world.ts";

/** As on a machine that has no engine, no data folder and settings that nothing could start with. */
const explain = (...args: string[]) =>
  testme(["explain", ...args], { DOCKER_HOST: "nowhere", TESTME_DATA: "/dev/null", PATH: "" }).finished;

/** The file is written after GitHub has been told; a bot that has stopped has written all of them. */
const evidenceOf = async ({ bot, data }: World): Promise<string> => {
  await bot.stop("the test reads its file");
  const runs = await readdir(join(data, "runs"));
  expect(runs).toHaveLength(1);
  return join(data, "runs", runs[0] ?? "", "evidence.json");
};
const page = ({ output }: { output: { title: string | null; summary: string | null } }): string =>
  `${output.title}\n\n${output.summary}\n`;

test("tells a run again, offline, in the very words that GitHub was given", async () => {
  const world = await openWorld({ recipes: { wiki: recipes.exitRollback } });
  await world.comment("!testme");
  await world.settled();
  const file = await evidenceOf(world);
  const [install, upgrade] = [world.check("install"), world.check("upgrade")];
  expect(upgrade.output.title).toMatch(/^Level 0 of 5 · Rolled back: /);
  expect(upgrade.annotations).toHaveLength(1);

  expect(await explain(file)).toMatchObject({
    exitCode: 0,
    stdout: `${page(install)}\n${page(upgrade)}`,
    stderr: "",
  });
  expect(await explain(file, "--stage", "upgrade")).toMatchObject({ exitCode: 0, stdout: page(upgrade) });
  expect((await explain(file, "--json")).json).toEqual({
    run: expect.stringMatching(/^[\w-]+$/),
    verdict: "fail",
    stages: [
      { name: "install", findings: ["crash-looping"], check: install },
      { name: "upgrade", findings: ["rolled-back"], check: upgrade },
    ].map(({ name, findings, check: { output, annotations } }) => ({
      name,
      verdict: { is: "fail", findings },
      title: output.title,
      summary: output.summary,
      annotations: annotations.map(({ path, start_line, end_line, annotation_level, title, message }) =>
        expect.objectContaining({
          path,
          startLine: start_line,
          endLine: end_line,
          level: annotation_level,
          title,
          message,
        }),
      ),
      isAsTold: true,
    })),
  });
});

test("says so where the file was edited: other words, a damaged observation, one that is gone", async () => {
  const world = await openWorld();
  await world.comment("!testme");
  await world.settled();
  const upgrade = world.check("upgrade");
  const file = await evidenceOf(world);
  const whole = await readFile(file, "utf8");
  const explainEdited = async (edited: string) => {
    expect(edited).not.toBe(whole);
    await writeFile(file, edited);
    return explain(file, "--stage", "upgrade");
  };

  const notServing = await explainEdited(whole.replaceAll('"status": 200', '"status": 503'));
  expect(notServing).toMatchObject({
    exitCode: 1,
    stdout: expect.stringMatching(/^Level 0 of 5 · Not serving: wiki_app /),
  });
  expect(notServing.stderr).toBe(
    "upgrade: not as it was told. The file was edited, or the rules or words have changed since. First at the verdict:\n- pass\n+ fail: not-serving\n",
  );
  const renamed = await explainEdited(whole.replaceAll(upgrade.output.title ?? "", "Downgraded"));
  expect(renamed).toMatchObject({ exitCode: 1, stdout: page(upgrade) });
  expect(renamed.stderr).toContain(`First at the title:\n- Downgraded\n+ ${upgrade.output.title}\n`);

  const damaged = await explainEdited(whole.replaceAll('"desired": "running"', '"desired": 1'));
  expect(damaged).toMatchObject({ exitCode: 3, stdout: "" });
  expect(damaged.stderr).toMatch(
    /damaged at stages\[0\]\.observations\[\d+\]\.tasks\[0\]\.desired: .*\n.*as testme wrote it/,
  );

  const { stages, ...rest } = JSON.parse(whole);
  const open = (stage: { observations: { is: string }[] }) => ({
    ...stage,
    observations: stage.observations.filter(({ is }) => is !== "deployed"),
  });
  const cut = await explainEdited(JSON.stringify({ ...rest, stages: stages.map(open) }));
  expect(cut).toMatchObject({ exitCode: 3, stdout: "" });
  expect(cut.stderr).toMatch(/cannot be judged: the upgrade stage: the rollout was left open\n/);
});

test.each([
  [["explain"], /takes one evidence file/],
  [["explain", "a.json", "--stage", "deploy"], /There is no stage "deploy"; there are install, upgrade/],
  [["constructor"], /There is no command "constructor"/],
  [[], /Say what to do/],
])("answers wrong usage %j with what would be right: exit 3", async (args, words) => {
  const { exitCode, stdout, stderr } = await testme(args, {}).finished;
  expect(stderr).toMatch(words);
  expect(stderr).toContain("testme explain <evidence.json>");
  expect(stdout).toBe("");
  expect(exitCode).toBe(3);
});

test("a file that is not there is no question of usage: the place and the way out, exit 3", async () => {
  const { exitCode, stderr } = await explain("/nonexistent/evidence.json");
  expect(stderr).toMatch(
    /^\/nonexistent\/evidence\.json cannot be read: ENOENT.*\nName the evidence\.json of a run.*\n$/,
  );
  expect(exitCode).toBe(3);
});
