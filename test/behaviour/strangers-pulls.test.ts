/** A stranger's pull request: what its check says, whose word lets a commit of it run, and that no other commit does. */
import { expect, test } from "vitest";
import { story } from "../support/recipes.ts";
import { type Options, openWorld, type World } from "../support/world.ts";

const stranger: Options = { fork: "mallory", stages: ["install"] };
const approval = (world: World) =>
  world
    .checkRuns()
    .filter(({ name }) => name === "testme / approval")
    .map(({ head_sha, conclusion, output }) => [head_sha, conclusion, output.title]);
const installs = (world: World) =>
  world
    .checkRuns()
    .filter(({ name }) => name === "testme / install")
    .map(({ head_sha, conclusion }) => [head_sha, conclusion]);
const waiting = (head: string) => [
  head,
  "action_required",
  `A maintainer has to look at ${head.slice(0, 8)} first`,
];
const approved = (head: string) => [head, "success", "Approved by maya"];

test("it waits from its opening on, and its check says what a maintainer types", async () => {
  const world = await openWorld(stranger);
  const { head } = world.story();
  expect(approval(world)).toEqual([waiting(head)]);
  const { summary } = world.checkRuns()[0]?.output ?? {};
  expect(summary).toContain("it comes from a fork, and `mallory` may not start a test run here");
  expect(summary).toContain(`\n    !testme approve ${head}\n`);
  expect(world.engine.acts).toEqual([]);
});

test("a maintainer's plain command runs nothing of it, and says what to look at and to type", async () => {
  const world = await openWorld(stranger);
  const { head } = world.story();
  const { id } = await world.comment("!testme");
  expect(world.github.reactions(id)).toEqual([]);
  expect(world.replies()).toEqual([
    `\`${head}\` is a stranger's commit: it comes from a fork, and \`mallory\` may not start a test run here. It would run on our host, so somebody has to look at it first, and then comment \`!testme approve ${head}\`, which lets that commit run and no later one.`,
  ]);
  expect(installs(world)).toEqual([]);
  expect(world.engine.acts).toEqual([]);
});

test("one that was opened while nobody listened has its check from the first command on", async () => {
  const world = await openWorld({ stages: ["install"] });
  const { head } = world.story();
  world.github.sendWebhooksTo(null);
  await world.github.pull("coop/wiki", { number: 2, head, fork: "mallory" });
  world.github.sendWebhooksTo(world.bot.url);
  await world.github.comment("coop/wiki", 2, "maya", "!testme");
  await world.bot.answered();
  expect(approval(world)).toEqual([waiting(head)]);
  expect(installs(world)).toEqual([]);
});

test("what is approved runs, also again, and a later commit waits", async () => {
  const world = await openWorld(stranger);
  const { head, base } = world.story();
  const { id } = await world.comment(`!testme approve ${head.slice(0, 12).toUpperCase()}`);
  expect(world.github.reactions(id)).toHaveLength(1);
  await world.settled();
  expect(approval(world)).toEqual([approved(head)]);
  expect(installs(world)).toEqual([[head, "success"]]);
  await world.comment("!testme");
  await world.rerun("install");
  await world.settled();
  expect(installs(world)).toHaveLength(3);

  world.github.setClock(() => new Date(Date.now() - 60_000));
  await world.push(base);
  world.github.setClock(() => new Date());
  expect(approval(world)).toEqual([approved(head), waiting(base)]);
  await world.comment("!testme");
  expect(world.replies()).toEqual([expect.stringContaining(`comment \`!testme approve ${base}\``)]);
  expect(installs(world)).toHaveLength(3);
});

test("an approval of what is not the head is refused, with both commits", async () => {
  const world = await openWorld(stranger);
  const { head, base } = world.story();
  const old = head.slice(0, 12);
  await world.push(base);
  await world.comment(`!testme approve ${old}`);
  expect(world.replies()).toEqual([
    `You have approved \`${old}\`, and the head of this pull request is \`${base}\`. Nothing was started. Look at that commit, then comment \`!testme approve ${base}\`.`,
  ]);
  expect(approval(world)).toEqual([waiting(head), waiting(base)]);
  expect(world.engine.acts).toEqual([]);
});

test.each(["", " 0123456789a", " main", " HEAD", ` ${"0".repeat(41)}`])(
  "an approval has to name a commit by 12 digits or more: `!testme approve%s`",
  async (what) => {
    const world = await openWorld(stranger);
    await world.comment(`!testme approve${what}`);
    expect(world.replies()).toEqual([expect.stringMatching(/^Please name the commit .*12 or more/)]);
    expect(approval(world)).toEqual([waiting(world.story().head)]);
  },
);

test("who proposed it may not approve it, nor may any passer-by", async () => {
  const world = await openWorld(stranger);
  const { head } = world.story();
  for (const by of ["mallory", "petra"]) await world.comment(`!testme approve ${head}`, { by });
  expect(world.replies()).toEqual(
    ["mallory", "petra"].map(
      (by) =>
        `Sorry @${by}, only people with write access to this repository can approve a stranger's commit: please ask one of them to comment \`!testme approve <sha>\` here.`,
    ),
  );
  expect(approval(world)).toEqual([waiting(head)]);
});

test("a fork of somebody who may run is no stranger's", async () => {
  const world = await openWorld({ fork: "maya", stages: ["install"] });
  await world.comment("!testme");
  await world.settled();
  expect(approval(world)).toEqual([]);
  expect(installs(world)).toHaveLength(1);
});

test("where GitHub does not say whose it is, it is a stranger's", async () => {
  const world = await openWorld({ ...stranger, settings: { gitHubWaitMs: 0 } });
  world.fail({ path: /collaborators\/mallory\/permission$/ }, { status: 403 });
  await world.comment("!testme");
  expect(world.replies()).toEqual([expect.stringContaining("GitHub did not say whether `mallory` may")]);
  expect(world.takeErrors()).toHaveLength(1);
  expect(approval(world)).toEqual([waiting(world.story().head)]);
});

test("a push runs nothing of it either, though the target branch asks for runs and who pushed may", async () => {
  const wiki = (folder: string, name: string) =>
    story(
      folder,
      name,
      { files: { "testme.yml": "run_on_push: true\n" } },
      { app: { image: "testme/fixture:2" } },
    );
  const world = await openWorld({ ...stranger, recipes: { wiki } });
  const { head, base } = world.story();
  await world.push(base, { by: "maya" });
  expect(approval(world)).toEqual([waiting(head), waiting(base)]);
  expect(installs(world)).toEqual([]);
});
