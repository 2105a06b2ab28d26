/** What GitHub still allows is heard from each of its answers, over a real socket. */
import { Probot, ProbotOctokit } from "probot";
import { afterEach, beforeEach, expect, test } from "vitest";
import type { GitHub } from "../../src/github/github.ts";
import { octokitGitHub } from "../../src/github/octokit-github.ts";
import { hearingLimits, type RateLimit } from "../../src/github/rate-limit.ts";
import { type StandIn, startGitHub } from "../support/github/stand-in.ts";

let github: StandIn;
let edge: GitHub;
let heard: RateLimit[];
const repository = () => ({ owner: "coop", repo: "wiki", installation: github.installation });
const refused = (asked: Promise<unknown>) => expect(asked).rejects.toThrow();

beforeEach(async () => {
  github = await startGitHub({ recipes: [{ owner: "coop", repo: "wiki", barePath: "/nowhere" }] });
  const { appId, privateKey, webhookSecret: secret, url: baseUrl } = github;
  // Only the function form survives Probot's defaults.
  const Octokit = ProbotOctokit.defaults((given: object) => ({
    ...given,
    retry: { enabled: false },
    throttle: { enabled: false },
  }));
  const probot = new Probot({ appId, privateKey, secret, baseUrl, Octokit, logLevel: "fatal" });
  heard = [];
  edge = octokitGitHub(
    hearingLimits(
      (installation) => probot.auth(installation),
      (limit) => void heard.push(limit),
    ),
  );
});
afterEach(() => github.close());

test("for the installation and for the app itself, once for each answer", async () => {
  await edge.permission(repository(), "maya");
  await edge.permission(repository(), "maya");
  await edge.installations();
  await edge.installations();
  const said = { resource: "core", limit: 15_000, remaining: 14_999, resetsAtMs: expect.any(Number) };
  expect(heard).toEqual([
    // Its token, which the app asks for.
    { account: "app", ...said },
    { account: String(github.installation), ...said },
    { account: String(github.installation), ...said },
    { account: "app", ...said },
    { account: "app", ...said },
  ]);
  expect(heard[0]?.resetsAtMs).toBeGreaterThan(Date.now());
});

test("from a refusal too, with the resource that it names; it is still a refusal", async () => {
  const headers = {
    "x-ratelimit-remaining": "0",
    "x-ratelimit-resource": "search",
    "x-ratelimit-limit": "30",
  };
  github.fail({ path: /permission$/ }, { status: 403, headers });
  await refused(edge.permission(repository(), "maya"));
  expect(heard.filter(({ account }) => account !== "app")).toMatchObject([
    { resource: "search", limit: 30, remaining: 0 },
  ]);
});

test("no answer, or one without these headers, says nothing", async () => {
  github.fail({ path: /permission$/ }, "reset");
  await refused(edge.permission(repository(), "maya"));
  github.fail({ path: /permission$/ }, { status: 502, headers: { "x-ratelimit-remaining": "many" } });
  await refused(edge.permission(repository(), "maya"));
  expect(heard.filter(({ account }) => account !== "app")).toEqual([]);
});
