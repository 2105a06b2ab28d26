/** Signed deliveries and comments as nobody should send them: none begins a run, none breaks the bot, and the next real one is answered. */
import { createHmac } from "node:crypto";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import fc from "fast-check";
import { expect, test } from "vitest";
import * as z from "zod";
import { tally } from "../support/tally.ts";
import { openWorld, type World } from "../support/world.ts";

const Examples = z.array(z.object({ name: z.string(), examples: z.array(z.json()) }));
const published = Examples.parse(
  JSON.parse(readFileSync(createRequire(import.meta.url).resolve("@octokit/webhooks-examples"), "utf8")),
).flatMap(({ name, examples }) => examples.map((payload) => ({ name, payload })));
const OURS = new Set(["issue_comment", "check_run", "check_suite", "pull_request"]);
const ours = published.filter(({ name }) => OURS.has(name));

const Comment = z.looseObject({ repository: z.looseObject({}) });
type Comment = z.infer<typeof Comment>;
type Given = Parameters<World["github"]["deliver"]>[1];

type Json = z.infer<ReturnType<typeof z.json>>;
const HOSTILE: Json[] = [
  "../../../../etc/passwd",
  "--upload-pack=touch pwned",
  "$(touch pwned)`touch pwned`;touch pwned",
  "a\u0000b\u202eevil\r\nx-injected: 1",
  "<script>alert(1)</script>",
  "__proto__",
  "!testme",
  "9".repeat(5_000),
  "",
  -1,
  2 ** 53,
  1.5,
  null,
  true,
  [],
  {},
  [["!testme"]],
  { $gt: "" },
];

/** Something of it is another thing: `path` chooses where, by going down by one key after the other. */
const spoilt = (thing: Json, path: readonly number[], by: Json): Json => {
  if (typeof thing !== "object" || thing === null || path.length === 0) return by;
  const keys = Object.keys(thing);
  const [step = 0, ...rest] = path;
  const key = keys[step % Math.max(1, keys.length)];
  if (key === undefined) return by;
  const changed = spoilt((thing as Record<string, Json>)[key] ?? null, rest, by); // An array's keys are its indices.
  return Array.isArray(thing)
    ? thing.map((one, index) => (String(index) === key ? changed : one))
    : { ...thing, [key]: changed };
};

/** It is taken, or refused, or could not be read. */
const ANSWERS = [200, 400, 500];

const Wrong = fc.record({
  of: fc.nat(),
  spoils: fc.array(
    fc.record({
      path: fc.array(fc.nat(), { minLength: 1, maxLength: 4 }),
      by: fc.oneof(
        fc.constantFrom(...HOSTILE),
        fc.jsonValue({ maxDepth: 3 }).map((value) => z.json().parse(value)),
      ),
    }),
    { minLength: 1, maxLength: 3 },
  ),
});

test("deliveries of which something is not what GitHub sends", async () => {
  const world = await openWorld();
  let answered = 0;
  const property = fc.asyncProperty(Wrong, async ({ of, spoils }) => {
    const { name, payload } = ours[of % ours.length] ?? { name: "", payload: null };
    const wrong = spoils.reduce((rest, { path, by }) => spoilt(rest, path, by), payload);
    if (typeof wrong !== "object" || wrong === null || Array.isArray(wrong)) return;
    const { status } = await world.github.deliver(name, wrong);
    tally({ inputs: 1, crashes: ANSWERS.includes(status ?? 0) ? 0 : 1 });
    expect(ANSWERS).toContain(status);
    answered += 1;
  });
  await fc.assert(property, { numRuns: 300 });
  expect(answered).toBeGreaterThan(100);
  await world.bot.answered();
  // Of repositories that the bot has never met it asked, and was told nothing.
  const strange = world.github.requests.filter(({ path }) => !path.startsWith("/repos/coop/"));
  for (const { path } of strange) expect(path).not.toMatch(/\.\.|%2e|passwd|pwned/i);
  world.github.requests.splice(0);
  expect(world.checkRuns()).toEqual([]);
  expect(world.engine.acts).toEqual([]);

  await world.comment("!testme");
  await world.settled();
  expect(world.checkRuns()).toHaveLength(2);
  world.replies();
  // Each is a delivery that could not be read, and nothing worse.
  for (const line of world.takeErrors()) expect(line).toMatch(/"level":50,.*"event":|could not be answered/);
});

test.each([
  ["nesting without an end", `{"action":"created","comment":${"[".repeat(200_000)}${"]".repeat(200_000)}}`],
  ["JSON that is none", '{"action":"created",'],
  ["something else than an object", '"!testme"'],
  ["nothing", ""],
])("%s, rightly signed", async (_, body) => {
  const world = await openWorld();
  const [, secret = ""] = world.bot.secrets;
  const answer = await fetch(world.bot.url, {
    method: "POST",
    headers: {
      "content-type": "application/json",
      "x-github-event": "issue_comment",
      "x-github-delivery": "a-guid",
      "x-hub-signature-256": `sha256=${createHmac("sha256", secret).update(body).digest("hex")}`,
    },
    body,
  });
  tally({ inputs: 1, crashes: answer.status === 500 ? 0 : 1 });
  expect(answer.status).toBe(500);
  await world.comment("!testme");
  await world.settled();
  expect(world.checkRuns()).toHaveLength(2);
  world.takeErrors();
});

const BODIES = [
  "``` \n!testme\n```",
  "> !testme",
  "    !testme",
  "<!-- !testme -->",
  "`!testme`",
  "!testme\u200bx",
  "\uff01testme",
  "!test\u202eme",
  "!testme --upload-pack=x",
  "!testme ../../etc",
  "!testme $(reboot)",
  "!testme install;reboot",
  "!testme approve --exec=x",
  "!testme approve ../HEAD",
  "!testme approve --\u0000 0123456789ab",
  "!testme approve <img src=x> @all",
  "!testme approve 0123456789ab\u0000",
  `!testme ${"a".repeat(65_528)}`,
  `${"> ".repeat(32_764)}!testme`,
  `${"`".repeat(32_764)}!testme${"`".repeat(32_764)}`,
  `${"!testme".repeat(9_000)}`,
];

test("comments that look like commands and are none, or ask for what there is not: no run", async () => {
  const world = await openWorld();
  const say = async (body: string) => {
    const { delivery } = await world.comment(body);
    tally({ inputs: 1, crashes: delivery.status === 200 ? 0 : 1 });
  };
  for (const body of BODIES) await say(body);
  const pieces = fc.constantFrom(
    "!testme",
    "!testme ",
    "approve",
    "-",
    "--",
    "`",
    "```",
    "\n",
    "> ",
    "<!--",
    "@all",
    "\u0000",
    "💥",
    "x",
  );
  const comments = fc.array(pieces, { minLength: 2, maxLength: 12 }).map((parts) => `x${parts.join("")}`);
  const quoted = comments.map((text) => `\`\`\`\n${text.replaceAll("`", "")}\n\`\`\``);
  // No commit of a pull request is called so, and no head here waits for an approval.
  const words = fc.array(fc.oneof(pieces, fc.constantFrom("<b>", "[a](b)", "ﬀ", "0123456789ab")), {
    maxLength: 8,
  });
  const approvals = words.map((parts) => `!testme approve -${parts.join(" ").replaceAll("\n", " ")}`);
  await fc.assert(fc.asyncProperty(fc.oneof(quoted, approvals), say), { numRuns: 80 });
  expect(world.checkRuns()).toEqual([]);
  expect(world.engine.acts).toEqual([]);
  for (const reply of world.replies()) {
    expect(reply.length).toBeLessThan(5_000);
    expect(reply.replaceAll(/`[^`]*`/g, "")).not.toMatch(/<!--|<script|@all/);
  }
});

test.each([
  ["a repository", (payload: Comment) => ({ ...payload, repository: { ...payload.repository, name: ".." } })],
  [
    "an owner",
    (payload: Comment) => ({
      ...payload,
      repository: { ...payload.repository, owner: { login: "../coop" } },
    }),
  ],
  ["a person", (payload: Comment) => ({ ...payload, sender: { login: "maya/../noor", type: "User" } })],
])("%s of a name that GitHub gives to nobody gets no further than the door", async (_, spoil) => {
  const world = await openWorld();
  const { delivery } = await world.comment("What does this bot do?");
  const payload = Comment.parse(
    JSON.parse(JSON.stringify(delivery.payload).replace("What does", "!testme what")),
  );
  const asked = world.github.requests.length;
  expect((await world.github.deliver("issue_comment", z.json().parse(spoil(payload)) as Given)).status).toBe(
    500,
  );
  await world.bot.answered();
  expect(world.github.requests.length).toBe(asked);
  expect(world.takeErrors().join("")).toMatch(/invalid_format/);

  // It was the name and nothing else.
  expect((await world.github.deliver("issue_comment", z.json().parse(payload) as Given)).status).toBe(200);
  await world.bot.answered();
  expect(world.replies()).toHaveLength(1);
});
