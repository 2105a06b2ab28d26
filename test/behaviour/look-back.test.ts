/**
 * What the adapter to GitHub finds out of the time in which nobody listened, over a real socket and over several pages: attempts
 * to deliver, installations, repositories, comments and reactions. What follows from it is the runner's (missed.ts).
 */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Probot, ProbotOctokit } from "probot";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { GitHub } from "../../src/github/github.ts";
import { octokitGitHub } from "../../src/github/octokit-github.ts";
import { type StandIn, startGitHub } from "../support/github/stand-in.ts";
import { goodUpgrade } from "../support/recipes.ts";

const PAGE = 100;
const dayAgo = new Date(Date.now() - 86_400_000);
let folder: string;
let github: StandIn;
let edge: GitHub;
let repository: { owner: string; repo: string; installation: number };

/** Octokit's own waiting is off; only the function form survives Probot's defaults. */
const Octokit = ProbotOctokit.defaults((given: object) => ({
  ...given,
  retry: { enabled: false },
  throttle: { enabled: false },
}));

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "testme-look-back-"));
  const { path: barePath, head } = await goodUpgrade(folder, "wiki");
  const more = Array.from({ length: PAGE }, (_, i) => ({ owner: "coop", repo: `r${i}`, barePath }));
  const elsewhere = Array.from({ length: PAGE }, (_, i) => ({
    id: 200 + i,
    suspendedAt: i % 2 === 0 ? "2026-01-01T00:00:00Z" : null,
  }));
  github = await startGitHub({
    recipes: [
      ...more,
      { owner: "coop", repo: "old", barePath, isArchived: true },
      { owner: "coop", repo: "wiki", barePath },
    ],
    elsewhere,
  });
  await github.pull("coop/wiki", { number: 7, head });
  const { appId, privateKey, webhookSecret: secret, url: baseUrl } = github;
  const probot = new Probot({ appId, privateKey, secret, baseUrl, Octokit, logLevel: "fatal" });
  edge = octokitGitHub((installation) => probot.auth(installation));
  repository = { owner: "coop", repo: "wiki", installation: github.installation };
});
afterAll(async () => {
  await github.close();
  await rm(folder, { recursive: true });
});

/** What it takes, in pages. */
const pagesOf = async <T>(path: RegExp, asking: () => Promise<T>) => {
  const before = github.requests.length;
  const answer = await asking();
  const pages = github.requests.slice(before).filter((one) => one.method === "GET" && path.test(one.path));
  expect(pages.every(({ status }) => status === 200)).toBe(true);
  return { answer, pages: pages.length };
};

test("installations: those of every page, without the suspended, whose token GitHub refuses", async () => {
  const { answer, pages } = await pagesOf(/^\/app\/installations$/, () => edge.installations());
  expect(pages).toBe(2);
  expect(answer).toHaveLength(PAGE / 2 + 1);
  expect(answer.map(({ id }) => id)).not.toContain(200);
  expect(answer).toContainEqual({
    id: github.installation,
    login: "testme[bot]",
    createdAt: expect.stringMatching(/^\d{4}-/),
  });
  const refused = await edge.repositories(200).then(
    () => null,
    (error: unknown) => error,
  );
  expect(refused).toMatchObject({ status: 403, message: expect.stringContaining("suspended") });
  expect(edge.isPassing(refused)).toBe(false);
});

test("repositories: those of every page, without the archived, in which nobody can comment", async () => {
  const { answer, pages } = await pagesOf(/^\/installation\/repositories$/, () =>
    edge.repositories(github.installation),
  );
  expect(pages).toBe(2);
  expect(answer).toHaveLength(PAGE + 1);
  expect(answer).toContainEqual(repository);
  expect(answer.map(({ repo }) => repo)).not.toContain("old");
  expect(await edge.repositories(201)).toEqual([]);
});

test("comments: those of every page, oldest first, with the time of their last edit", async () => {
  const first = await github.comment("coop/wiki", 7, "maya", "!testme");
  for (let i = 1; i < PAGE; i++) await github.comment("coop/wiki", 7, "noor", `chatter ${i}`);
  const last = await github.comment("coop/wiki", 7, "maya", "!testme cancel");
  await github.editComment(first.id, "!testme, please");
  const { answer, pages } = await pagesOf(/issues\/comments$/, () => edge.commentsSince(repository, dayAgo));
  expect(pages).toBe(2);
  expect(answer).toHaveLength(PAGE + 1);
  expect(answer[0]).toMatchObject({
    id: first.id,
    pull: 7,
    author: { login: "maya" },
    body: "!testme, please",
  });
  expect(Date.parse(answer[0]?.updatedAt ?? "")).toBeGreaterThan(Date.parse(answer[0]?.createdAt ?? ""));
  expect(answer.at(-1)).toMatchObject({ id: last.id, body: "!testme cancel" });
  expect(answer.at(-1)?.updatedAt).toBe(answer.at(-1)?.createdAt);
  expect(await edge.commentsSince(repository, new Date(Date.now() + 60_000))).toEqual([]);
});

test("a comment that is there already is found on the second page, and not posted twice", async () => {
  const comments = () => github.comments("coop/wiki", 7).length;
  await edge.comment(repository, 7, "Not you.", "reply:far-back");
  const after = comments();
  expect(after).toBeGreaterThan(PAGE);
  await edge.comment(repository, 7, "Not you.", "reply:far-back");
  expect(comments()).toBe(after);
});

test("attempts: page after page by the cursor, newest first, until one is older than that", async () => {
  const newest = await github.deliver("check_run", { action: "rerequested" });
  const { answer, pages } = await pagesOf(/^\/app\/hook\/deliveries$/, () => edge.attemptsSince(dayAgo));
  expect(pages).toBe(2);
  expect(answer).toHaveLength(github.deliveries.length);
  expect(answer.length).toBeGreaterThan(PAGE);
  expect(answer[0]).toEqual({
    id: String(newest.attempt),
    guid: newest.id,
    event: "check_run.rerequested",
    isRedelivery: false,
    isDelivered: false,
  });
  expect(new Set(answer.map(({ id }) => id)).size).toBe(answer.length);
  const soon = await pagesOf(/^\/app\/hook\/deliveries$/, () =>
    edge.attemptsSince(new Date(Date.parse(newest.at ?? ""))),
  );
  expect(soon.pages).toBe(1);
  expect(soon.answer.at(0)?.guid).toBe(newest.id);
});

test("a delivery of the second page is found and delivered once more", async () => {
  const oldest = (await edge.attemptsSince(dayAgo)).at(-1);
  await edge.redeliver(oldest?.id ?? "");
  await github.settled();
  expect(github.deliveries.at(-1)).toMatchObject({ id: oldest?.guid, isRedelivery: true });
});
