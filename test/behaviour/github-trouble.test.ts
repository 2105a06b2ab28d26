/**
 * GitHub fails while the bot reports: everything is said in the end, once, and in order. The recipe is one that ends at
 * once, so that the report is still on its way when the next state comes.
 */
import { expect, test } from "vitest";
import type { Fault } from "../support/github/server.ts";
import { brokenYaml } from "../support/recipes.ts";
import { openWorld, type World } from "../support/world.ts";

const creating = (on: string) => ({ method: "POST", path: new RegExp(`/${on}/check-runs$`) });
const updating = (on: string) => ({ method: "PATCH", path: new RegExp(`/${on}/check-runs/\\d+$`) });
const message = "You have exceeded a secondary rate limit";
const troubles = {
  refuses: [creating, { status: 500, times: 3 }],
  unheard: [creating, { drop: "before", times: 2 }],
  // GitHub did create it: to create it again would show it twice.
  unanswered: [creating, { drop: "after", times: 2 }],
  stumbles: [updating, { status: 502, times: 3 }],
  cuts: [updating, { drop: "after", times: 2 }],
  limits: [updating, { status: 403, headers: { "retry-after": "2" }, message, times: 2 }],
} satisfies Record<string, [typeof creating, Fault]>;
const order = ["queued", "in_progress", "completed"];

test("whatever fails for a while is sent again: each check run once, in order, right in the end", async () => {
  const names = Object.keys(troubles);
  const world = await openWorld({
    concurrency: names.length,
    recipes: Object.fromEntries(names.map((on) => [on, brokenYaml])),
  });
  for (const [on, [matcher, fault]] of Object.entries(troubles)) world.fail(matcher(on), fault);
  for (const on of names) await world.comment("!testme", { on });
  await world.settled();
  for (const on of names) {
    const runs = world.checkRuns(on);
    expect(runs.map(({ name, conclusion }) => [on, name, conclusion]).sort()).toEqual([
      [on, "testme / install", "failure"],
      [on, "testme / upgrade", "cancelled"],
    ]);
    for (const { history } of runs) {
      const states = history.map(({ status }) => order.indexOf(status));
      expect(states).toEqual(states.toSorted());
    }
  }
});

test("every kind of request fails once on the way from the comment to the run", async () => {
  const world = await openWorld({ recipes: { wiki: brokenYaml } });
  for (const path of [/access_tokens$/, /permission$/, /pulls\/1$/, /reactions$/, /commits\/.*\/check-runs$/])
    world.fail({ path }, { status: 503 });
  const { id } = await world.comment("!testme");
  expect(world.github.reactions(id)).toHaveLength(1);
  await world.settled();
  expect(world.checkRuns()).toHaveLength(2);
  expect(world.check("install").conclusion).toBe("failure");
  expect(world.check("upgrade").conclusion).toBe("cancelled");
});

test("git is refused: a fault of git that says so, and never a red check", async () => {
  const world = await openWorld();
  world.fail({ path: /wiki\.git\/info\/refs/ }, { status: 503 });
  await world.comment("!testme");
  await world.settled();
  const runs = world.checkRuns();
  expect(runs.map(({ conclusion }) => conclusion)).toEqual(["action_required", "action_required"]);
  for (const { output } of runs) expect(output.title).toContain("git could not fetch");
});

test("a report that GitHub refuses for good does not take the conclusion with it", async () => {
  const isRefused = () => world.github.requests.some(({ status }) => status === 503);
  const world: World = await openWorld({ script: { beforeDeploy: () => world.until(isRefused) } });
  world.fail(updating("wiki"), { status: 503, headers: { "retry-after": "10" } });
  await world.comment("!testme");
  await world.until(isRefused);
  // Until `in_progress` is sent again (so long a wait is kept by a real clock) the run is over: what is sent then is its end, and that is refused.
  const install = world.github.checkRuns("coop/wiki").find(({ name }) => name === "testme / install");
  world.fail({ method: "PATCH", path: new RegExp(`/check-runs/${install?.id}$`) }, { status: 422 });
  world.engine.goDown();
  await world.settled();
  const states = world.check("install").history.map(({ status, conclusion }) => conclusion ?? status);
  expect(states).toEqual(["queued", "action_required"]);
  expect(world.check("install").output.summary).toMatch(/^GitHub refused the report of this stage; /);
  expect(world.check("upgrade").conclusion).toBe("action_required");
  expect(world.takeErrors()).toEqual([expect.stringContaining("GitHub could not be told")]);
});
