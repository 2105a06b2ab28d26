/** A maintainer comments `!testme` on a good pull request, and reads from eyes to green what the bot is doing. */
import { expect, test } from "vitest";
import { openWorld, type World } from "../support/world.ts";

test("eyes at once, and two check runs from queued to green", async () => {
  const world: World = await openWorld({
    script: {
      // Each deploy waits until GitHub shows what is at work, so that no state is too short to be seen.
      async beforeDeploy(_, nth) {
        await world.until(() => world.statusOf(nth === 0 ? "install" : "upgrade") === "in_progress");
      },
    },
  });
  const { id, delivery } = await world.comment("!testme");
  expect(delivery.status).toBe(200);
  expect(world.github.reactions(id)).toMatchObject([{ content: "eyes", login: "testme[bot]" }]);
  await world.settled();

  const { base, head } = world.story();
  const runs = world.checkRuns();
  expect(runs.map(({ name }) => name).sort()).toEqual(["testme / install", "testme / upgrade"]);
  for (const { history, head_sha } of runs) {
    const states = history.map(({ status, conclusion }) => conclusion ?? status);
    // Details of a stage at work are sent as GitHub's pace allows, so a state may stand there more than once.
    expect([...new Set(states)]).toEqual(["queued", "in_progress", "success"]);
    expect(history[0]?.title).toBe("Queued");
    expect(head_sha).toBe(head);
  }
  const [install, upgrade] = [world.check("install"), world.check("upgrade")];
  expect(install.output.title).toMatch(new RegExp(`^Installed ${head.slice(0, 8)} in \\d`));
  expect(upgrade.output.title).toMatch(
    new RegExp(`^Level 2 of 5 · Upgraded 1\\.0\\.0\\+1\\.0 to ${head.slice(0, 8)} in \\d`),
  );
  expect(upgrade.output.summary).toContain("`wiki_app` answers HTTP 200 on port 8080");
  expect(upgrade.output.summary).toContain("asked by `maya`");
  // One run and the pull request's number in both.
  const run = /^testme:([\w-]+):1:install$/.exec(install.external_id)?.[1];
  expect(run).toBeDefined();
  expect(upgrade.external_id).toBe(`testme:${run}:1:upgrade`);
  const deployed = world.engine.acts.filter(({ did }) => did === "deploy").map(({ commit }) => commit);
  expect(deployed).toEqual([head, base, head]);
});
