/** Comments that only look like a command: the bot does nothing at all, and asks GitHub nothing. */
import { expect, test } from "vitest";
import { openWorld } from "../support/world.ts";

const comments = [
  ["a longer word", "!testmexyz"],
  ["a word before it", "please !testme"],
  ["a quote of someone's", "> !testme\n\nWhat does this do?"],
  ["a code fence", "```\n!testme\n```"],
  ["inline code", "`!testme`"],
  ["an indented block", "Say:\n\n    !testme"],
  ["an HTML comment", "<!--\n!testme\n-->"],
  ["other words", "Looks good to me."],
] as const;

test("words that are none, a bot's, an edited comment, and one on an issue", async () => {
  const world = await openWorld();
  const asked = world.github.requests.length;
  for (const [what, body] of comments) {
    const { id, delivery } = await world.comment(body);
    expect([what, delivery.status, world.github.reactions(id)]).toEqual([what, 200, []]);
  }
  const { delivery: ofBot } = await world.comment("!testme", { by: "helper[bot]" });
  const { delivery } = await world.comment("What now?");
  const payload = JSON.parse(JSON.stringify(delivery.payload).replace("What now?", "!testme"));
  const edited = await world.github.deliver("issue_comment", { ...payload, action: "edited" });
  const { pull_request: _, ...issue } = payload.issue;
  const onIssue = await world.github.deliver("issue_comment", { ...payload, issue });
  expect([ofBot.status, edited.status, onIssue.status]).toEqual([200, 200, 200]);

  // A person's own comment is a request too; the bot made none.
  const isPersons = ({ path }: { path: string }) => path === "/repos/coop/wiki/issues/1/comments";
  expect(world.github.requests.slice(asked).filter((request) => !isPersons(request))).toEqual([]);
  expect(world.replies()).toEqual([]);
  expect(world.engine.acts).toEqual([]);

  // And the same payload is a command as soon as nothing of that is in the way.
  const command = JSON.parse(JSON.stringify(payload).replace("!testme", "!testme now"));
  expect((await world.github.deliver("issue_comment", command)).status).toBe(200);
  await world.bot.answered();
  expect(world.replies()).toHaveLength(1);
});
