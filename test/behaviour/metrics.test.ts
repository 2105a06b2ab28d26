/** What whoever looks after the bot can read of it: what it has counted and timed, and whether it can take a command. */
import { expect, test } from "vitest";
import * as recipes from "../support/recipes.ts";
import { openWorld, type World } from "../support/world.ts";

const get = async (world: World, path: string) => {
  const response = await fetch(new URL(path, world.bot.url));
  return { status: response.status, body: await response.text() };
};

test("after one red run its finding is counted, and its stages and its first status are timed", async () => {
  const world = await openWorld({ recipes: { wiki: recipes.exitRollback } });
  await world.comment("!testme");
  await world.settled();
  expect(world.check("upgrade").output.title).toMatch(/^Level 0 of 5 · Rolled back: /);
  expect(world.check("install").output.title).toMatch(/^Crash loop: /);
  const { status, body } = await get(world, "/metrics");
  expect(status).toBe(200);
  const lines = body.split("\n");
  expect(lines).toContain('testme_findings_total{finding="rolled-back"} 1');
  expect(lines).toContain('testme_findings_total{finding="crash-looping"} 1');
  expect(lines).toContain('testme_stage_duration_seconds_count{stage="install",verdict="fail"} 1');
  expect(lines).toContain('testme_stage_duration_seconds_count{stage="upgrade",verdict="fail"} 1');
  expect(lines).toContain("testme_time_to_first_status_seconds_count 1");
  expect(lines).toContain('testme_runs_open{state="queued"} 0');
  expect(lines).toContain('testme_runs_open{state="working"} 0');
  expect(lines).toContain("testme_outbox_unsent 0");
  expect(lines).toContain("testme_outbox_lag_seconds 0");
  expect(body).toMatch(/^testme_github_rate_limit_remaining\{resource="core"\} 149\d\d$/m);
  expect(lines).toContain('testme_github_rate_limit_limit{resource="core"} 15000');
  expect(body).toMatch(/^testme_engine_answer_seconds_count\{call="read",outcome="answered"\} [1-9]/m);
  expect(body).toMatch(/^process_resident_memory_bytes [1-9]/m);
  // Who tests what is nobody's business here.
  expect(body).not.toMatch(/wiki|maya/);
});

test("while a run is at work it is open, and counted as working", async () => {
  const pages: string[] = [];
  const world: World = await openWorld({
    script: {
      async beforeDeploy() {
        pages.push((await get(world, "/metrics")).body);
      },
    },
  });
  await world.comment("!testme");
  await world.settled();
  expect(world.checkRuns().map(({ conclusion }) => conclusion)).toEqual(["success", "success"]);
  expect(pages[0]).toContain('testme_runs_open{state="working"} 1\n');
});

test("ready while the engine answers; not, and why, once a run found it gone; ready again when it is back", async () => {
  const world = await openWorld();
  expect(await get(world, "/readyz")).toEqual({ status: 200, body: "ready\n" });
  world.engine.goDown();
  await world.comment("!testme");
  await world.settled();
  expect(world.checkRuns().map(({ conclusion }) => conclusion)).toEqual([
    "action_required",
    "action_required",
  ]);
  const { status, body } = await get(world, "/readyz");
  expect(status).toBe(503);
  expect(body).toBe("The engine does not answer, or is not ready.\n");
  expect(world.takeErrors().at(-1)).toMatch(/the bot is not ready/);
  expect((await get(world, "/healthz")).status).toBe(200);
  world.engine.comeBack();
  expect((await get(world, "/readyz")).status).toBe(200);
});

test("an engine that is down from the start: not ready", async () => {
  const world = await openWorld();
  world.engine.goDown();
  expect((await get(world, "/readyz")).status).toBe(503);
  world.takeErrors();
});
