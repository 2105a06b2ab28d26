/** Who may do what, as the bot's settings say; what they are told where they may not; and the log that is kept of it. */
import { expect, test } from "vitest";
import { parseRule } from "../../src/command/who-may.ts";
import { readBotConfig } from "../../src/config.ts";
import { heldWorld } from "../support/held-world.ts";
import { story } from "../support/recipes.ts";
import { type Options, openWorld } from "../support/world.ts";

const usual = readBotConfig({ APP_ID: "1", PRIVATE_KEY: "PRIVATE KEY", WEBHOOK_SECRET: "of the tests" }).may;
const rule = (text: string) => parseRule(text) ?? [];
const testers: Options = {
  people: [
    { login: "maya", permission: "write" },
    { login: "ada", permission: "admin" },
  ],
  teams: { "coop/testers": ["tessa"] },
  settings: {
    may: { ...usual, run: rule("@coop/testers"), cancel: rule("write, @coop/testers"), retry: rule("admin") },
  },
};
const oneStage: Options = { stages: ["install"] };

test("a member of the team may run, and who may write and is not in it may not", async () => {
  const world = await openWorld({ ...testers, ...oneStage });
  await world.comment("!testme", { by: "tessa" });
  await world.comment("!testme", { by: "maya" });
  await world.settled();
  expect(world.checkRuns().map(({ conclusion }) => conclusion)).toEqual(["success"]);
  expect(world.replies()).toEqual([
    "Sorry @maya, only members of the team `coop/testers` can start a test run: please ask one of them to comment `!testme` here.",
  ]);
});

test("each command has its own people, and the button the same as the word", async () => {
  const { world, begun, letGo } = await heldWorld({ ...testers, ...oneStage });
  await world.comment("!testme", { by: "tessa" });
  await begun;
  const [check] = world.github.checkRuns("coop/wiki");
  await world.github.pressAction(check?.id ?? 0, "cancel", "petra");
  await world.bot.answered();
  await world.comment("!testme cancel", { by: "petra" });
  const sorry = expect.stringMatching(
    /^Sorry @petra, only people with write access to this repository or members of the team `coop\/testers` can end a test run: /,
  );
  expect(world.replies()).toEqual([sorry, sorry]);
  await world.github.pressAction(check?.id ?? 0, "cancel", "tessa");
  letGo();
  await world.settled();
  expect(world.checkRuns().map(({ conclusion }) => conclusion)).toEqual(["cancelled"]);
});

test("Re-run is for those who may retry, of one check and of all", async () => {
  const world = await openWorld({ ...testers, ...oneStage });
  await world.comment("!testme", { by: "tessa" });
  await world.settled();
  await world.rerun("install", { by: "tessa" });
  const { delivery } = await world.comment("Nice", { by: "tessa" });
  const suite = (login: string) =>
    world.github.deliver("check_suite", {
      ...delivery.payload,
      action: "rerequested",
      check_suite: { head_sha: world.story().head },
      sender: { login, type: "User" },
    });
  await suite("tessa");
  await world.bot.answered();
  const sorry =
    "Sorry @tessa, only people with admin access to this repository can take a stage again: please ask one of them to comment `!testme` here.";
  expect(world.replies()).toEqual([sorry, sorry]);
  expect(world.checkRuns()).toHaveLength(1);
  await world.rerun("install", { by: "ada" });
  await suite("ada");
  await world.settled();
  expect(world.checkRuns()).toHaveLength(3);
});

test("a bot may nothing, whatever GitHub lets it do: no word, no button, no push", async () => {
  const people = [
    { login: "maya", permission: "write" as const },
    { login: "helper[bot]", permission: "admin" as const },
  ];
  const wiki = (folder: string, name: string) =>
    story(folder, name, { files: { "testme.yml": "run_on_push: true\n" } }, {});
  const world = await openWorld({ ...oneStage, people, recipes: { wiki } });
  await world.comment("!testme");
  await world.settled();
  const asked = world.github.requests.length;
  await world.comment("!testme", { by: "helper[bot]" });
  await world.rerun("install", { by: "helper[bot]" });
  await world.github.pressAction(world.check("install").id, "cancel", "helper[bot]");
  await world.bot.answered();
  expect(world.github.requests.slice(asked).map(({ path }) => path)).toEqual([
    "/repos/coop/wiki/issues/1/comments",
  ]);
  await world.push(world.story().base, { by: "helper[bot]" });
  expect(world.checkRuns()).toHaveLength(1);
  expect(world.replies()).toEqual([]);
  // The very same push of somebody who may.
  await world.push(world.story().base, { by: "maya" });
  await world.settled();
  expect(world.checkRuns()).toHaveLength(2);
});

test.each([
  ["refuses to", { status: 403 }],
  ["cannot", { status: 503 }],
])("a GitHub that %s say it: nothing is started, and nobody is told no", async (_, fault) => {
  const world = await openWorld({ ...oneStage, settings: { gitHubWaitMs: 0 } });
  world.fail({ path: /collaborators\/maya\/permission$/ }, fault);
  const { id } = await world.comment("!testme");
  expect(world.github.reactions(id)).toEqual([]);
  expect(world.replies()).toEqual([
    'I could not find out whether @maya may start a test run, so I did nothing. That is no "no": GitHub did not say: write permission. Please comment `!testme` again later; if it stays so, whoever runs this bot finds more in its log.',
  ]);
  expect(world.takeErrors()).toEqual([expect.stringContaining("GitHub did not say whether somebody may")]);
  await world.comment("!testme");
  await world.settled();
  expect(world.checkRuns().map(({ conclusion }) => conclusion)).toEqual(["success"]);
});

test("a team that GitHub does not show us lets nobody in, and is told as what it is", async () => {
  const may = { ...usual, run: rule("write, @coop/secret") };
  const world = await openWorld({ ...oneStage, settings: { may } });
  world.fail({ path: /teams\/secret$/ }, { status: 404 });
  await world.comment("!testme", { by: "petra" });
  expect(world.replies()).toEqual([
    expect.stringMatching(/^I could not find out .*did not say: team coop\/secret\./),
  ]);
  expect(world.takeErrors()).toHaveLength(1);
  await world.comment("!testme", { by: "maya" });
  await world.settled();
  expect(world.checkRuns()).toHaveLength(1);
});

test("a push that nobody can have seen who commented is not run, whoever pushed it", async () => {
  const world = await openWorld(oneStage);
  const { head, base } = world.story();
  const second = (n: number) => world.github.setClock(() => new Date(Date.UTC(2026, 0, 5, 12, 0, n)));
  // The webhook of the push comes before that of the comment, which was written first.
  second(9);
  await world.push(base, { by: "eve" });
  second(9);
  await world.comment("!testme");
  expect(world.replies()).toEqual([
    `The head of this pull request is \`${base}\` by now, and when you wrote it was \`${head}\`: you cannot have seen what would run. Nothing was started. Look at \`${base}\`, then comment \`!testme\` again.`,
  ]);
  expect(world.checkRuns()).toEqual([]);
  second(10);
  await world.comment("!testme");
  await world.settled();
  expect(world.checkRuns().map(({ head_sha }) => head_sha)).toEqual([base]);
});

test("nor is one of which no webhook has told, until somebody comments who can have seen it", async () => {
  const world = await openWorld(oneStage);
  const { head, base } = world.story();
  const second = (n: number) => world.github.setClock(() => new Date(Date.UTC(2026, 0, 5, 12, 0, n)));
  world.github.sendWebhooksTo(null);
  await world.push(base, { by: "eve" });
  world.github.sendWebhooksTo(world.bot.url);
  second(9);
  await world.comment("!testme");
  const [reply] = world.replies();
  expect([reply?.includes(head), reply?.includes(base), world.checkRuns()]).toEqual([true, true, []]);
  second(10);
  await world.comment("!testme");
  await world.settled();
  expect(world.checkRuns().map(({ head_sha }) => head_sha)).toEqual([base]);
});

test("a push is as late as the latest that GitHub says of it", async () => {
  const world = await openWorld(oneStage);
  const { base } = world.story();
  world.github.setClock(() => new Date(Date.UTC(2026, 0, 5, 12)));
  world.github.sendWebhooksTo(null);
  await world.push(base, { by: "eve" });
  world.github.sendWebhooksTo(world.bot.url);
  // That of the pull request had not moved yet, and that of the fork had.
  const told = JSON.parse(JSON.stringify(world.github.deliveries.at(-1)?.payload));
  told.pull_request.updated_at = "2026-01-05T11:00:00Z";
  told.pull_request.head.repo.pushed_at = "2026-01-05T12:00:00Z";
  await world.github.deliver("pull_request", told);
  await world.comment("!testme");
  expect(world.replies()).toEqual([expect.stringContaining("you cannot have seen what would run")]);
  expect(world.checkRuns()).toEqual([]);
});

test("whoever pushed and comments at once has seen it", async () => {
  const world = await openWorld(oneStage);
  const { base } = world.story();
  world.github.setClock(() => new Date(Date.UTC(2026, 0, 5, 12)));
  await world.push(base, { by: "maya" });
  await world.comment("!testme");
  await world.settled();
  expect(world.checkRuns().map(({ head_sha }) => head_sha)).toEqual([base]);
});
