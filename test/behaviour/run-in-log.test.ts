/** Every line of the bot's log says whose work it comes from, whoever wrote it and however many work at once. */
import { pino } from "pino";
import { Probot, ProbotOctokit } from "probot";
import { expect, test } from "vitest";
import * as z from "zod";
import { parseExternalId } from "../../src/report/check-run.ts";
import { inRun, whatAbout } from "../../src/runner/run-context.ts";
import { startGitHub } from "../support/github/stand-in.ts";
import { goodUpgrade } from "../support/recipes.ts";
import { openWorld } from "../support/world.ts";

const Line = z.looseObject({
  msg: z.string().optional(),
  run: z.string().optional(),
  delivery: z.string().optional(),
  message: z.string().optional(),
  external_id: z.string().optional(),
  verdict: z.string().optional(),
  owner: z.string().optional(),
  repo: z.string().optional(),
  pull: z.number().optional(),
});
const lineOf = (text: string) => Line.parse(JSON.parse(text));

test("of two runs at once, each line has its own: the story, what GitHub was told, what it was asked for", async () => {
  const world = await openWorld({ recipes: { wiki: goodUpgrade, blog: goodUpgrade }, concurrency: 2 });
  await Promise.all(["wiki", "blog"].map((on) => world.comment("!testme", { on })));
  await world.settled();
  const lines = world.bot.log.map(lineOf);
  for (const on of ["wiki", "blog"]) {
    const [run = ""] = world.checkRuns(on).map(({ external_id }) => parseExternalId(external_id)?.runId);
    const told = lines.filter((line) => line.run === run);
    const words = told.filter(({ owner }) => owner !== undefined).map(({ msg }) => msg);
    expect(words).toEqual([
      "queued",
      "begun",
      expect.stringMatching(/^install: Installed \w{8} in /),
      expect.stringMatching(/^upgrade: Level 2 of 5 · Upgraded .* in /),
      "concluded: pass",
    ]);
    expect(told.find(({ msg }) => msg === "queued")).toMatchObject({ owner: "coop", repo: on, pull: 1 });
    // The token for git is asked for in the midst of the work, and the check runs are told of by the outbox.
    expect(told.some(({ msg }) => /POST .*access_tokens - 201/.test(msg ?? ""))).toBe(true);
    const writes = lines.filter(({ external_id }) => parseExternalId(external_id ?? "")?.runId === run);
    expect(writes.length).toBeGreaterThanOrEqual(4);
    expect(writes.filter((line) => line.run !== run || line.message !== line.external_id)).toEqual([]);
  }
});

test("what is asked for a delivery's answer names the delivery, and its answer the message", async () => {
  const world = await openWorld();
  const { delivery } = await world.comment("!testme", { by: "noor" });
  expect(world.replies()).toHaveLength(1);
  const lines = world.bot.log.map(lineOf);
  const found = (path: RegExp) => lines.find(({ msg }) => path.test(msg ?? ""));
  expect(found(/GET .*\/noor\/permission - 200/)).toMatchObject({ delivery: delivery.id });
  const answer = found(/POST .*\/issues\/1\/comments - 201/);
  expect(answer).toMatchObject({ message: `reply:${delivery.id}` });
  expect(answer?.delivery).toBeUndefined();
});

test("octokit's own queues do not mix them up", async () => {
  const github = await startGitHub({ recipes: [{ owner: "coop", repo: "wiki", barePath: "/nowhere" }] });
  const { appId, privateKey, webhookSecret: secret, url: baseUrl, installation } = github;
  const written: string[] = [];
  const probot = new Probot({
    ...{ appId, privateKey, secret, baseUrl },
    log: pino({ level: "trace", mixin: whatAbout }, { write: (line: string) => void written.push(line) }),
    Octokit: ProbotOctokit.defaults((given: object) => ({ ...given, retry: { enabled: false } })),
  });
  const message = "You have exceeded a secondary rate limit";
  github.fail({ path: /\/permission$/ }, { status: 403, message, times: 20 });
  const people = Array.from({ length: 20 }, (_, i) => `p${i}`);
  await Promise.all(
    people.map((username) =>
      inRun(username, async () => {
        const { rest } = await probot.auth(installation);
        const asked = { owner: "coop", repo: "wiki", username };
        await expect(rest.repos.getCollaboratorPermissionLevel(asked)).rejects.toThrow(message);
      }),
    ),
  );
  await github.close();
  const lines = written.map(lineOf);
  const answers = lines.flatMap(({ msg, run }) => {
    const asked = /\/collaborators\/(\w+)\/permission - 403/.exec(msg ?? "")?.[1];
    return asked === undefined ? [] : [{ asked, run }];
  });
  expect(answers).toHaveLength(20);
  expect(answers.filter(({ asked, run }) => asked !== run)).toEqual([]);
  const warned = lines.filter(({ msg }) => msg?.startsWith("Secondary quota")).map(({ run }) => run);
  expect(warned.sort()).toEqual([...people].sort());
});
