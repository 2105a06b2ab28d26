/** The audit log: what was decided of whom, read as whoever runs the bot reads it, and by nobody else. */
import { execFile } from "node:child_process";
import { join } from "node:path";
import { promisify } from "node:util";
import { expect, test } from "vitest";
import { readBotConfig } from "../../src/config.ts";
import { openWorld, type World } from "../support/world.ts";

const cli = join(import.meta.dirname, "../../src/cli.ts");
/** `testme audit` with the settings of that bot. */
const audit = (world: World, args: readonly string[] = [], secret = world.github.webhookSecret) => {
  const { hostname, port } = new URL(world.bot.url);
  const env = { PATH: process.env.PATH, APP_ID: "1", PRIVATE_KEY: "PRIVATE KEY", WEBHOOK_SECRET: secret };
  const settings = { env: { ...env, HOST: hostname, PORT: port } };
  return promisify(execFile)(process.execPath, [cli, "audit", ...args], settings);
};

test("every decision: who, what, of which commit, by what, and the run that came of it", async () => {
  const world = await openWorld({ fork: "mallory", stages: ["install"], settings: { gitHubWaitMs: 0 } });
  const { head, base } = world.story();
  await world.comment("!testme", { by: "petra" });
  await world.comment("!testme now");
  await world.comment("!testme");
  await world.comment(`!testme approve ${base}`);
  await world.comment(`!testme approve ${head}`);
  await world.settled();
  await world.rerun("install");
  await world.settled();
  world.fail({ path: /collaborators\/maya\/permission$/ }, { status: 403 });
  await world.comment("!testme cancel");
  const runs = world
    .checkRuns()
    .flatMap(({ external_id }) => /^testme:([\w-]+):/.exec(external_id)?.[1] ?? []);

  const { stdout } = await audit(world);
  const told = stdout
    .trimEnd()
    .split("\n")
    .map((line) => line.split(" | "));
  expect(told.every(([at]) => !Number.isNaN(Date.parse(at ?? "")))).toBe(true);
  expect(told.map(([, ...facts]) => facts)).toEqual([
    ["refused", "petra", "run", "coop/wiki#1", head, "has none of: write permission"],
    ["allowed", "maya", "unclear", "coop/wiki#1", "no commit", "write permission"],
    [
      "refused",
      "maya",
      "run",
      "coop/wiki#1",
      head,
      "not approved: it comes from a fork, and `mallory` may not start a test run here",
    ],
    ["refused", "maya", "approve", "coop/wiki#1", head, `it approved ${base}`],
    ["allowed", "maya", "approve", "coop/wiki#1", head, "write permission", `run ${runs[0]}`],
    ["allowed", "maya", "retry", "coop/wiki#1", head, "write permission", `run ${runs[1]}`],
    ["unknown", "maya", "cancel", "coop/wiki#1", "no commit", "GitHub did not say: write permission"],
  ]);
  const { stdout: json } = await audit(world, ["--last", "1", "--json"]);
  expect(JSON.parse(json)).toMatchObject({ who: "maya", what: "cancel", outcome: "unknown", commit: null });
  expect([world.replies().length, world.takeErrors().length]).toEqual([5, 1]);
});

test("whoever does not know the webhook secret is told nothing, and where no bot is that is said", async () => {
  const world = await openWorld();
  await expect(audit(world, [], "another secret")).rejects.toMatchObject({
    code: 2,
    stderr: expect.stringContaining("The bot answered 401"),
  });
  const url = new URL("/audit?last=5", world.bot.url);
  expect((await fetch(url)).status).toBe(401);
  const { auditToken } = readBotConfig({
    APP_ID: "1",
    PRIVATE_KEY: "PRIVATE KEY",
    WEBHOOK_SECRET: world.github.webhookSecret,
  });
  const ask = (token: string) => fetch(url, { headers: { authorization: `Bearer ${token}` } });
  expect([(await ask(`${auditToken}x`)).status, (await ask(auditToken)).status]).toEqual([401, 200]);
  await world.bot.stop("for the test");
  await expect(audit(world)).rejects.toMatchObject({
    code: 2,
    stderr: expect.stringContaining("There is no bot"),
  });
  await expect(audit(world, ["--last", "no"])).rejects.toMatchObject({ code: 3 });
});
