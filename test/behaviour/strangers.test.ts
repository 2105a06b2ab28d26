/** Who may start a run, and what the others are told: once, politely, and with what to do instead. */
import { expect, test } from "vitest";
import { openWorld } from "../support/world.ts";

test("a passer-by, who may only triage, and of whom GitHub will not speak: one reply each, and no run", async () => {
  const world = await openWorld({ people: [{ login: "theo", permission: "triage" }] });
  world.fail({ path: /collaborators\/ghost\/permission/ }, { status: 404 });
  const sorry = (login: string) =>
    `Sorry @${login}, only people with write access to this repository can start a test run: please ask one of them to comment \`!testme\` here.`;
  const people = ["petra", "theo", "ghost"];
  for (const by of people) {
    const { id, delivery } = await world.comment("!testme", { by });
    expect([delivery.status, world.github.reactions(id)]).toEqual([200, []]);
  }
  expect(world.replies()).toEqual(people.map(sorry));
  expect(world.checkRuns()).toEqual([]);
  expect(world.engine.acts).toEqual([]);
});

test("a maintainer who asks for something else is told what to type, and on a closed pull request how to go on", async () => {
  const world = await openWorld();
  const { id } = await world.comment("!testme upgrade @everyone");
  expect(world.github.reactions(id)).toEqual([]);
  await world.github.closePull("coop/wiki", 1);
  await world.comment("!testme");
  expect(world.replies()).toEqual([
    expect.stringMatching(/`upgrade @everyone` .*Please comment just `!testme`/),
    "This pull request is closed. Reopen it, then comment `!testme` again.",
  ]);
  expect(world.checkRuns()).toEqual([]);
  expect(world.engine.acts).toEqual([]);
});
