/** Which of what was missed is heard late, which is delivered once more, and when it is looked for again. */
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import type { Attempt, Installation, PullComment } from "../../../src/github/github.ts";
import { createMissed } from "../../../src/runner/missed.ts";
import type { Delivery } from "../../../src/store/store.ts";
import { base } from "../../support/builders.ts";

const HOUR_MS = 3_600_000;
const BOT = "testme[bot]";
const startMs = Date.parse("2026-01-05T12:00:00Z");
const minutesAgo = (minutes: number) => new Date(startMs - minutes * 60_000).toISOString();
const passing = new Error("GitHub is away");
const final = new Error("Not Found");

beforeEach(() => {
  vi.useFakeTimers({ now: startMs });
});
afterEach(() => {
  vi.useRealTimers();
});

const here: Installation = { id: 1, login: BOT, createdAt: "2026-01-01T00:00:00Z" };
const repositoryOf = (installation: number, repo = `of-${installation}`) => ({
  owner: "coop",
  repo,
  installation,
});
const pullOf = (isOpen: boolean) => ({
  head: base,
  isOpen,
  author: "maya",
  isFork: false,
  targetBranch: "main",
  cloneUrl: "https://github.example/coop/wiki.git",
});
let ids = 0;
const comment = (body: string, changes: Partial<PullComment> = {}): PullComment => {
  const createdAt = changes.createdAt ?? minutesAgo(60);
  const author = { login: "maya", type: "User" };
  return { id: ++ids, pull: 1, author, body, createdAt, updatedAt: createdAt, ...changes };
};
const byBot = { login: BOT, type: "Bot" };
const attempt = (id: number, changes: Partial<Attempt> = {}): Attempt => ({
  id: String(id),
  guid: `guid-${id}`,
  event: "issue_comment.created",
  isRedelivery: false,
  isDelivered: false,
  ...changes,
});

type Given = {
  installations?: Installation[];
  /** By repository. */
  comments?: Record<string, PullComment[]>;
  attempts?: Attempt[];
  closed?: number[];
  seen?: number[];
  /** What is asked of GitHub, and what it throws then. */
  throws?: (call: string) => Error | undefined;
  /** When GitHub wants to hear from us again. */
  retryAfterMs?: number;
  /** Until when GitHub takes its time over each answer. */
  until?: Promise<void>;
};

/** A GitHub as `given`, whose words may change while it is looked at. */
const house = (given: Given) => {
  const asked: string[] = [];
  const heard: Delivery[] = [];
  const errors: unknown[] = [];
  const ending = new AbortController();
  const answer = async <T>(call: string, value: T): Promise<T> => {
    asked.push(call);
    await given.until;
    const error = given.throws?.(call);
    if (error) throw error;
    return value;
  };
  const missed = createMissed({
    github: {
      installations: () => answer("installations", given.installations ?? [here]),
      repositories: (id) =>
        answer(`repositories of ${id}`, [repositoryOf(id), repositoryOf(id, `more-of-${id}`)]),
      commentsSince: ({ repo }, since) =>
        answer(`comments on ${repo} since ${since.toISOString()}`, given.comments?.[repo] ?? []),
      hasReacted: (_, id) => answer(`eyes on ${id}`, given.seen?.includes(id) ?? false),
      pullRequest: (_, pull) => answer(`pull ${pull}`, pullOf(!given.closed?.includes(pull))),
      attemptsSince: (since) => answer(`attempts since ${since.toISOString()}`, given.attempts ?? []),
      redeliver: (id) => answer(`redeliver ${id}`, undefined),
      isPassing: (error) => error === passing,
      retryAfterMs: () => given.retryAfterMs ?? null,
    },
    intake: { receive: async (delivery) => void heard.push(delivery) },
    now: () => new Date(),
    log: (error) => void errors.push(error),
  });
  const words = () => heard.map(({ intake }) => (intake.is === "comment" ? intake.body : intake.is));
  const redelivered = () => asked.filter((call) => call.startsWith("redeliver"));
  return {
    missed,
    asked,
    heard,
    errors,
    words,
    redelivered,
    ending,
    async look() {
      missed.lookRegularly(ending.signal);
      await missed.settled();
      ending.abort();
    },
  };
};

test("commands without an answer are heard in their order, each with the time at which it was made", async () => {
  const comments = [
    comment("!testme", { createdAt: minutesAgo(50) }),
    comment("What a day"),
    comment("!testme cancel", { createdAt: minutesAgo(40) }),
  ];
  const world = house({ comments: { "of-1": comments } });
  await world.look();
  expect(world.words()).toEqual(["!testme", "!testme cancel"]);
  expect(world.heard.map(({ askedAt }) => askedAt)).toEqual([minutesAgo(50), minutesAgo(40)]);
  expect(world.heard[0]).toMatchObject({
    guid: `missed-comment-${comments[0]?.id}`,
    once: `comment ${comments[0]?.id} ${minutesAgo(50)}`,
    receivedAt: new Date(startMs).toISOString(),
    intake: { repository: repositoryOf(1), pull: 1, login: "maya" },
  });
  expect(world.errors).toEqual([]);
});

test.each<[string, PullComment[]]>([
  ["that was edited since", [comment("!testme", { updatedAt: minutesAgo(5) })]],
  ["of a bot", [comment("!testme", { author: { login: "else[bot]", type: "Bot" } })]],
  ["that is older than a day", [comment("!testme", { createdAt: minutesAgo(1_441) })]],
  ["that was answered", [comment("!testme"), comment("No.", { author: byBot, createdAt: minutesAgo(1) })]],
  ["with the eyes of the bot on it", [comment("!testme", { id: 7_001 })]],
  ["on a closed pull request", [comment("!testme", { pull: 2 })]],
])("a command %s is not heard", async (_, comments) => {
  const world = house({ comments: { "of-1": comments }, closed: [2], seen: [7_001] });
  await world.look();
  expect(world.words()).toEqual([]);
  expect(world.errors).toEqual([]);
});

test("an answer on another pull request, or before the command, is not its answer", async () => {
  const comments = [
    comment("No.", { author: byBot, createdAt: minutesAgo(61) }),
    comment("!testme"),
    comment("No.", { author: byBot, createdAt: minutesAgo(59), pull: 3 }),
  ];
  const world = house({ comments: { "of-1": comments } });
  await world.look();
  expect(world.words()).toEqual(["!testme"]);
});

test("what was said before the app was installed is not for it", async () => {
  const createdAt = minutesAgo(30);
  const world = house({
    installations: [{ ...here, createdAt }],
    // Edited or not, GitHub may list what is older.
    comments: { "of-1": [comment("!testme", { createdAt: minutesAgo(31) })] },
  });
  await world.look();
  expect(world.asked).toContain(`comments on of-1 since ${createdAt}`);
  expect(world.words()).toEqual([]);
});

test("what GitHub refuses for good concerns that installation or repository alone", async () => {
  const gone = { ...here, id: 2 };
  const world = house({
    installations: [gone, here],
    comments: { "more-of-1": [comment("!testme")] },
    throws: (call) => (/repositories of 2|comments on of-1 /.test(call) ? final : undefined),
    attempts: [attempt(1)],
  });
  await world.look();
  expect(world.words()).toEqual(["!testme"]);
  expect(world.errors).toEqual([final, final]);
  expect(world.redelivered()).toEqual(["redeliver 1"]);
});

test("installations that cannot be read do not keep what did not arrive from being delivered", async () => {
  const world = house({
    throws: (call) => (call === "installations" ? final : undefined),
    attempts: [attempt(1)],
  });
  await world.look();
  expect(world.errors).toEqual([final]);
  expect(world.redelivered()).toEqual(["redeliver 1"]);
});

test("what did not arrive is delivered once more, oldest first, if it asks for something", async () => {
  const world = house({
    attempts: [
      attempt(9, { event: "pull_request.synchronize" }),
      attempt(8, { event: "pull_request.closed" }),
      attempt(7, { event: "check_suite.rerequested" }),
      attempt(6, { isDelivered: true }),
      // Tried before, and it has not arrived: its newest attempt is the one to repeat.
      attempt(5, { guid: "guid-2", isRedelivery: true }),
      // Tried before, and it has arrived.
      attempt(4, { guid: "guid-1", isRedelivery: true, isDelivered: true }),
      // Its first attempt is too old to be listed.
      attempt(3, { guid: "guid-0", isRedelivery: true }),
      attempt(2),
      attempt(1),
    ],
  });
  await world.look();
  expect(world.redelivered()).toEqual(["redeliver 5", "redeliver 7"]);
});

test("one that GitHub will not repeat does not keep the others", async () => {
  const attempts = [attempt(3), attempt(2), attempt(1)];
  const world = house({ attempts, throws: (call) => (call === "redeliver 1" ? final : undefined) });
  await world.look();
  expect(world.redelivered()).toEqual(["redeliver 1", "redeliver 2", "redeliver 3"]);
  expect(world.errors).toEqual([final]);
});

test("each hour what did not arrive is looked for again, until the signal; the comments are heard once", async () => {
  const given: Given = {};
  const world = house(given);
  world.missed.lookRegularly(world.ending.signal);
  await world.missed.settled();
  const looks = () => world.asked.filter((call) => call.startsWith("attempts"));
  expect(looks()).toEqual(["attempts since 2026-01-04T12:00:00.000Z"]);
  vi.advanceTimersByTime(HOUR_MS - 1);
  expect(looks()).toHaveLength(1);
  given.attempts = [attempt(1)];
  vi.advanceTimersByTime(1);
  await world.missed.settled();
  expect(looks()).toEqual([
    "attempts since 2026-01-04T12:00:00.000Z",
    "attempts since 2026-01-04T13:00:00.000Z",
  ]);
  expect(world.redelivered()).toEqual(["redeliver 1"]);
  expect(world.asked.filter((call) => call === "installations")).toHaveLength(1);
  world.ending.abort();
  vi.advanceTimersByTime(3 * HOUR_MS);
  await world.missed.settled();
  expect(looks()).toHaveLength(2);
});

/** What was asked, whenever. */
const plain = (call: string) => call.replace(/ since .*/, "");
/** Each of what is asked fails at first. */
const failingOnce = (isMeant: (call: string) => boolean = () => true) => {
  const failed = new Set<string>();
  return (call: string) => {
    if (!isMeant(call) || failed.has(plain(call))) return undefined;
    failed.add(plain(call));
    return passing;
  };
};
const onPulls = () => [
  comment("!testme", { pull: 1 }),
  comment("!testme cancel", { pull: 1 }),
  comment("!testme", { pull: 3 }),
];
test("where GitHub is in trouble for a moment, the look goes on soon, in order, and hears nothing again that it heard", async () => {
  const comments = { "of-1": onPulls(), "more-of-1": [comment("!testme please")] };
  const world = house({ comments, attempts: [attempt(2), attempt(1)], throws: failingOnce() });
  world.missed.lookRegularly(world.ending.signal);
  await vi.advanceTimersByTimeAsync(60_000);
  await world.missed.settled();
  const wordsOn = (name: string) =>
    world.words().filter((_, n) => world.heard[n]?.intake.repository.repo === name);
  expect(wordsOn("of-1")).toEqual(["!testme", "!testme cancel", "!testme"]);
  expect(wordsOn("more-of-1")).toEqual(["!testme please"]);
  expect(world.redelivered()).toEqual(["redeliver 1", "redeliver 1", "redeliver 2", "redeliver 2"]);
  const lists = world.asked.map(plain).filter((call) => /^(inst|repo|comm|att)/.test(call));
  expect(lists).toHaveLength(2 * new Set(lists).size);
  expect(new Set(world.errors)).toEqual(new Set([passing]));
  world.ending.abort();
});

test("a GitHub that stays away is asked less and less often, but each minute at least, and each failure is logged", async () => {
  const given: Given = { comments: { "of-1": [comment("!testme")] }, throws: () => passing };
  const world = house(given);
  world.missed.lookRegularly(world.ending.signal);
  const asked = () => world.asked.filter((call) => call === "installations").length;
  await vi.advanceTimersByTimeAsync(2_000);
  expect(asked()).toBe(2);
  await vi.advanceTimersByTimeAsync(10 * 60_000);
  expect(asked()).toBeGreaterThan(10);
  expect(asked()).toBeLessThan(20);
  expect(world.errors).toHaveLength(world.asked.length);
  given.throws = () => undefined;
  await vi.advanceTimersByTimeAsync(60_000);
  expect(world.words()).toEqual(["!testme"]);
  world.ending.abort();
});

test("GitHub is not asked before the time that it names is over", async () => {
  vi.useRealTimers();
  const askedAtMs: number[] = [];
  const isMeant = (call: string) => call === "installations" && askedAtMs.push(performance.now()) > 0;
  const world = house({ retryAfterMs: 1_000, throws: failingOnce(isMeant) });
  world.missed.lookRegularly(world.ending.signal);
  await world.missed.settled();
  const [first = 0, second = 0] = askedAtMs;
  // Of its own accord it would come back within two seconds.
  expect(second - first).toBeGreaterThan(1_990);
  world.ending.abort();
});

test("a repository in lasting trouble keeps no other waiting, nor what did not arrive", async () => {
  const world = house({
    installations: [here, { ...here, id: 2 }],
    comments: {
      "of-1": [comment("!testme")],
      "more-of-1": [comment("!testme a")],
      "of-2": [comment("!testme b")],
    },
    attempts: [attempt(1)],
    throws: (call) => (call.startsWith("comments on of-1 ") ? passing : undefined),
  });
  world.missed.lookRegularly(world.ending.signal);
  await vi.advanceTimersByTimeAsync(2_000);
  expect(world.words()).toEqual(["!testme a", "!testme b"]);
  expect(world.redelivered()).toEqual(["redeliver 1"]);
  await vi.advanceTimersByTimeAsync(HOUR_MS);
  expect(world.redelivered()).toEqual(["redeliver 1", "redeliver 1"]);
  world.ending.abort();
});

test.each([
  ["on its own", undefined],
  ["at GitHub's pace", 600_000],
])("whoever stops does not wait for a look that waits %s", async (_, retryAfterMs) => {
  const world = house({ throws: () => passing, ...(retryAfterMs && { retryAfterMs }) });
  world.missed.lookRegularly(world.ending.signal);
  await vi.advanceTimersByTimeAsync(0);
  const asked = world.asked.length;
  world.ending.abort();
  await world.missed.settled();
  expect(vi.getTimerCount()).toBe(0);
  await vi.advanceTimersByTimeAsync(HOUR_MS);
  expect(world.asked).toHaveLength(asked);
  expect(world.errors).toEqual([passing, passing]);
});

test("a look that takes longer than an hour has no second one beside it", async () => {
  const answers = Promise.withResolvers<void>();
  const world = house({ until: answers.promise });
  world.missed.lookRegularly(world.ending.signal);
  vi.advanceTimersByTime(2 * HOUR_MS);
  answers.resolve();
  await world.missed.settled();
  expect(world.asked.filter((call) => call === "installations")).toHaveLength(1);
  world.ending.abort();
});
