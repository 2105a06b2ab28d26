/**
 * The adapter to GitHub over a real socket, against the stand-in that judges by GitHub's own description: what each
 * method sends and believes, which failures pass, and that nothing is posted twice. The stand-in's teeth are tested too.
 */
import { execFile } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import nock from "nock";
import { Probot, ProbotOctokit } from "probot";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { octokitGitHub } from "../../src/github/octokit-github.ts";
import { Commit } from "../../src/recipe/commit.ts";
import type { CheckRun } from "../../src/report/check-run.ts";
import { listen } from "../support/github/server.ts";
import { type StandIn, startGitHub } from "../support/github/stand-in.ts";

const run = promisify(execFile);
const name = "coop/wiki";
let folder: string;
let base: Commit;
let head: Commit;
let github: StandIn;

const repository = () => ({ owner: "coop", repo: "wiki", installation: github.installation });

/** Probot as the bot has it, with octokit's own waiting switched off; only the function form survives Probot's defaults. */
const Octokit = ProbotOctokit.defaults((given: object) => ({
  ...given,
  retry: { enabled: false },
  throttle: { enabled: false },
}));

function bot(baseUrl = github.url, octokit = Octokit) {
  const { appId, privateKey, webhookSecret: secret } = github;
  return new Probot({ appId, privateKey, secret, baseUrl, Octokit: octokit, logLevel: "fatal" });
}

function adapter(probot = bot()) {
  return octokitGitHub((installation) => probot.auth(installation));
}

function checkRun(changes: Partial<CheckRun> = {}): CheckRun {
  return {
    name: "testme / install",
    head,
    externalId: "testme:r1:7:install",
    progress: { status: "queued" },
    output: { title: "Waiting", summary: "Nobody is before it.", text: null, annotations: [] },
    actions: [],
    ...changes,
  };
}

const git = async (...words: string[]) => (await run("git", words, { cwd: folder })).stdout.trim();

async function commit(content: string): Promise<Commit> {
  await writeFile(join(folder, "compose.yml"), content);
  await git("add", "-A");
  await git("-c", "user.name=Ada", "-c", "user.email=ada@example.org", "commit", "-qm", content);
  return Commit.parse(await git("rev-parse", "HEAD"));
}

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "testme-github-"));
  await git("init", "-q", "-b", "main");
  base = await commit("one");
  await git("checkout", "-q", "-b", "change");
  head = await commit("two");
  await git("clone", "-q", "--bare", ".", "wiki.git");
  const recipes = [{ owner: "coop", repo: "wiki", barePath: join(folder, "wiki.git") }];
  const people = [
    { login: "ada", permission: "maintain" as const },
    { login: "tri", permission: "triage" as const },
  ];
  github = await startGitHub({ recipes, people, teams: { "coop/testers": ["tessa"] } });
  await github.pull(name, { number: 7, head });
});

afterEach(() => nock.cleanAll());
// It listens in on every socket of the process, which the next file may share.
afterAll(() => nock.restore());

afterAll(async () => {
  await github.close();
  await rm(folder, { recursive: true });
});

/** What `act` throws. */
const failureOf = (act: Promise<unknown>): Promise<unknown> =>
  act.then(
    () => Promise.reject(new Error("it did not fail")),
    (error: unknown) => error,
  );

describe("what it asks", () => {
  test("a pull request's head is the real commit, and its clone URL is where git is served", async () => {
    const cloneUrl = `${github.url}/coop/wiki.git`;
    const pull = { head, isOpen: true, author: "coop", isFork: false, targetBranch: "main", cloneUrl };
    expect(await adapter().pullRequest(repository(), 7)).toEqual(pull);
  });

  test("a pull request from a fork is one, by its author", async () => {
    await github.pull(name, { number: 9, head: base, fork: "mallory" });
    expect(await adapter().pullRequest(repository(), 9)).toMatchObject({ isFork: true, author: "mallory" });
  });

  test("who is in a team and who is not; of a team that is not shown to us nothing is known", async () => {
    const isMember = (slug: string, login: string) =>
      adapter().isMember(repository(), { org: "coop", slug }, login);
    expect(await isMember("testers", "tessa")).toBe(true);
    expect(await isMember("testers", "ada")).toBe(false);
    expect(adapter().isPassing(await failureOf(isMember("secret", "ada")))).toBe(false);
    github.fail({ path: /testers\/memberships\/tessa/ }, { status: 403 });
    expect(await failureOf(isMember("testers", "tessa"))).toMatchObject({ status: 403 });
  });

  test("a pull request that was closed is not open", async () => {
    await github.pull(name, { number: 8, head: base });
    await github.closePull(name, 8);
    expect(await adapter().pullRequest(repository(), 8)).toMatchObject({ head: base, isOpen: false });
  });

  test.each([
    ["ada", "write"],
    ["tri", "read"],
    ["passer-by", "read"],
  ])("%s has %s, as GitHub folds the roles", async (login, permission) => {
    expect(await adapter().permission(repository(), login)).toBe(permission);
  });

  test("a person of whom GitHub will not speak has no permission", async () => {
    github.fail({ path: /collaborators\/ghost/ }, { status: 404 });
    expect(await adapter().permission(repository(), "ghost")).toBe("none");
  });

  test("a permission that could not be asked is a failure, and never a no", async () => {
    github.fail({ path: /collaborators\/ada/ }, { status: 502 });
    expect(adapter().isPassing(await failureOf(adapter().permission(repository(), "ada")))).toBe(true);
  });
});

describe("what it posts", () => {
  test("a reaction, once however often", async () => {
    const { id } = await github.comment(name, 7, "ada", "!testme");
    await adapter().react(repository(), id, "eyes");
    await adapter().react(repository(), id, "eyes");
    expect(github.reactions(id)).toMatchObject([{ content: "eyes", login: "testme[bot]" }]);
  });

  test("a comment", async () => {
    const say = () =>
      adapter().comment(repository(), 7, "Only people with write access may start a run.", "k1");
    await say();
    await say();
    expect(github.comments(name, 7).filter(({ body }) => body.includes("k1"))).toHaveLength(1);
    const last = github.comments(name, 7).at(-1);
    expect(last).toMatchObject({
      login: "testme[bot]",
      body: "Only people with write access may start a run.\n\n<!-- testme k1 -->",
    });
  });

  test("a check run from queued to its conclusion, on the real commit", async () => {
    const edge = adapter();
    const mine = { name: "testme / life", externalId: "testme:r2:7:life" };
    const id = await edge.createCheckRun(repository(), checkRun(mine));
    const startedAt = "2026-01-02T03:04:05Z";
    const progress = { status: "in_progress", startedAt } as const;
    await edge.updateCheckRun(repository(), id, checkRun({ ...mine, progress }));
    const conclusion = {
      status: "completed",
      conclusion: "failure",
      startedAt,
      completedAt: "2026-01-02T03:05:05Z",
    } as const;
    const actions = [{ label: "Re-run", description: "Test this commit again", identifier: "rerun" }];
    const output = { title: "Rolled back", summary: "It ran out of memory.", text: "| label |" };
    const last = { ...mine, progress: conclusion, output: { ...output, annotations: [] }, actions };
    await edge.updateCheckRun(repository(), id, checkRun(last));
    const kept = github.checkRuns(name, head).find((one) => one.id === id);
    expect(kept).toMatchObject({ head_sha: head, external_id: "testme:r2:7:life", output, actions });
    expect(kept?.history).toEqual([
      { status: "queued", conclusion: null, title: "Waiting" },
      { status: "in_progress", conclusion: null, title: "Waiting" },
      { status: "completed", conclusion: "failure", title: "Rolled back" },
    ]);
  });
});

describe("a create whose answer was lost", () => {
  test("is found when it is sent again", async () => {
    const lost = checkRun({ externalId: "testme:r3:7:install" });
    github.fail({ method: "POST", path: /check-runs$/ }, { drop: "after" });
    expect(adapter().isPassing(await failureOf(adapter().createCheckRun(repository(), lost)))).toBe(true);
    const id = await adapter().createCheckRun(repository(), lost);
    const known = github.checkRuns(name).filter((one) => one.external_id === lost.externalId);
    expect(known.map((one) => one.id)).toEqual([id]);
  });

  test("says what it is sent again with, since the run went on meanwhile", async () => {
    const lost = checkRun({ externalId: "testme:r5:7:install" });
    github.fail({ method: "POST", path: /check-runs$/ }, { drop: "after" });
    await failureOf(adapter().createCheckRun(repository(), lost));
    const output = { ...lost.output, title: "Working" };
    const id = await adapter().createCheckRun(repository(), { ...lost, output });
    const known = github.checkRuns(name).find((one) => one.id === id);
    expect(known?.output.title).toBe("Working");
  });

  test("is found behind a hundred others of that name", async () => {
    const many = checkRun({ name: "testme / many", externalId: "testme:many:7:first" });
    const first = await adapter().createCheckRun(repository(), many);
    const octokit = await bot().auth(github.installation);
    const another = { owner: "coop", repo: "wiki", name: many.name, head_sha: head };
    for (let i = 0; i < 101; i++) await octokit.rest.checks.create(another);
    expect(await adapter().createCheckRun(repository(), many)).toBe(first);
  });

  test("is not sent again by octokit itself, whose retries could not see the first", async () => {
    const lost = checkRun({ externalId: "testme:r4:7:install" });
    github.fail({ method: "POST", path: /check-runs$/ }, { drop: "after" });
    const retrying = adapter(bot(github.url, ProbotOctokit)); // as Probot has it by default
    await failureOf(retrying.createCheckRun(repository(), lost));
    const known = github.checkRuns(name).filter((one) => one.external_id === lost.externalId);
    expect(known).toHaveLength(1);
  });
});

describe("which failures pass", () => {
  test.each([
    ["500", { status: 500 }, true, null],
    ["503 with a time", { status: 503, headers: { "retry-after": "7" } }, true, 7000],
    ["429", { status: 429, headers: { "retry-after": "3" } }, true, 3000],
    [
      "403 of a secondary limit",
      { status: 403, message: "You have exceeded a secondary rate limit" },
      true,
      60_000,
    ],
    [
      "403 for want of permission",
      { status: 403, message: "Resource not accessible by integration" },
      false,
      null,
    ],
    ["404", { status: 404 }, false, null],
    ["422", { status: 422 }, false, null],
  ])("%s", async (_, fault, isPassing, retryAfterMs) => {
    github.fail({ path: /pulls\/7$/ }, fault);
    const error = await failureOf(adapter().pullRequest(repository(), 7));
    expect(adapter().isPassing(error)).toBe(isPassing);
    expect(adapter().retryAfterMs(error)).toBe(retryAfterMs);
  });

  test("a used-up quota passes when GitHub's own clock says so", async () => {
    const inAMinute = String(Math.floor(Date.now() / 1000) + 60);
    const headers = { "x-ratelimit-remaining": "0", "x-ratelimit-reset": inAMinute };
    github.fail({ path: /pulls\/7$/ }, { status: 403, headers, message: "API rate limit exceeded" });
    const error = await failureOf(adapter().pullRequest(repository(), 7));
    expect(adapter().isPassing(error)).toBe(true);
    expect(adapter().retryAfterMs(error)).toBeGreaterThan(50_000);
    expect(adapter().retryAfterMs(error)).toBeLessThanOrEqual(61_000);
  });

  test("a socket that was reset, and a GitHub that is not there, pass", async () => {
    github.fail({ path: /pulls\/7$/ }, "reset");
    expect(adapter().isPassing(await failureOf(adapter().pullRequest(repository(), 7)))).toBe(true);
    const nowhere = adapter(bot("http://127.0.0.1:9"));
    expect(nowhere.isPassing(await failureOf(nowhere.pullRequest(repository(), 7)))).toBe(true);
  });

  test("network errors that never met octokit pass; our own mistakes and unreadable answers do not", () => {
    const { isPassing, retryAfterMs } = adapter();
    const reset = Object.assign(new Error("read"), { code: "ECONNRESET" });
    expect(isPassing(new TypeError("fetch failed", { cause: reset }))).toBe(true);
    expect(isPassing(new DOMException("late", "TimeoutError"))).toBe(true);
    expect(isPassing(new TypeError("x is not a function"))).toBe(false);
    expect(isPassing("no")).toBe(false);
    expect(retryAfterMs(reset)).toBeNull();
  });

  test("an answer that does not fit is final: a head that cannot be read is never guessed", async () => {
    const api = nock("https://github.example");
    api
      .post(/access_tokens$/)
      .reply(201, { token: "ghs_x", permissions: {}, expires_at: "2099-01-01T00:00:00Z" });
    api.get("/repos/coop/wiki/pulls/7").reply(200, { state: "open", head: { sha: "abc123" } });
    const edge = adapter(bot("https://github.example"));
    const error = await failureOf(edge.pullRequest(repository(), 7));
    expect(edge.isPassing(error)).toBe(false);
    expect(String(error)).toContain("40 lower-case hex digits");
  });

  test("a secondary limit in GitHub's own words and headers", async () => {
    const api = nock("https://github.example");
    api
      .post(/access_tokens$/)
      .reply(201, { token: "ghs_x", permissions: {}, expires_at: "2099-01-01T00:00:00Z" });
    const message =
      "You have exceeded a secondary rate limit. Please wait a few minutes before you try again.";
    api.get("/repos/coop/wiki/issues/7/comments?per_page=100").reply(200, []);
    api.post("/repos/coop/wiki/issues/7/comments").reply(403, { message }, { "Retry-After": "30" });
    const edge = adapter(bot("https://github.example"));
    const error = await failureOf(edge.comment(repository(), 7, "hello", "k1"));
    expect(edge.isPassing(error)).toBe(true);
    expect(edge.retryAfterMs(error)).toBe(30_000);
    expect(nock.isDone()).toBe(true);
  });
});

describe("what is too long", () => {
  test.each([
    ["letters", "a"],
    ["letters of two bytes", "é"],
    ["emoji of four", "🦋"],
  ])("%s are cut where GitHub would refuse, with a note", async (_, letter) => {
    const long = letter.repeat(70_000);
    const externalId = `testme:long:7:${letter}`;
    const output = { title: letter.repeat(300), summary: long, text: long, annotations: [] };
    const id = await adapter().createCheckRun(repository(), checkRun({ externalId, output }));
    const kept = github.checkRuns(name).find((one) => one.id === id)?.output;
    for (const [words, limit] of [
      [kept?.title, 255],
      [kept?.summary, 65_535],
      [kept?.text, 65_535],
    ] as const) {
      expect(words?.endsWith(`${letter}… cut`)).toBe(true);
      expect(Buffer.byteLength(words ?? "")).toBeLessThanOrEqual(limit);
      expect(Buffer.byteLength(words ?? "")).toBeGreaterThan(limit - 4);
    }
  });

  test("what fits is left alone", async () => {
    const summary = "a".repeat(65_535);
    const output = { title: "Fits", summary, text: null, annotations: [] };
    const id = await adapter().createCheckRun(
      repository(),
      checkRun({ externalId: "testme:fit:7:x", output }),
    );
    expect(github.checkRuns(name).find((one) => one.id === id)?.output.summary).toBe(summary);
  });
});

describe("annotations", () => {
  const line = {
    path: "compose.yml",
    startLine: 4,
    endLine: 4,
    startColumn: 12,
    endColumn: 34,
    level: "failure",
    title: "Image not available: wiki_app",
    message: "No such image",
  } as const;
  const block = { ...line, startLine: 11, endLine: 13, startColumn: null, endColumn: null } as const;
  const progress = {
    status: "completed",
    conclusion: "failure",
    startedAt: null,
    completedAt: "2026-01-02T03:05:05Z",
  } as const;
  const concluded = (externalId: string, annotations: CheckRun["output"]["annotations"]) =>
    checkRun({
      externalId,
      progress,
      output: { title: "Red", summary: "It failed.", text: null, annotations },
    });
  const queued = (externalId: string) => adapter().createCheckRun(repository(), checkRun({ externalId }));
  const keptOf = (id: number) => github.checkRuns(name).find((one) => one.id === id);
  const patching = (id: number) => ({ method: "PATCH", path: new RegExp(`/check-runs/${id}$`) });

  test("stand on their lines, with columns where there are any", async () => {
    const id = await queued("testme:noted:7:install");
    await adapter().updateCheckRun(repository(), id, concluded("testme:noted:7:install", [line, block]));
    const told = { annotation_level: "failure", title: line.title, message: line.message };
    expect(keptOf(id)?.annotations).toEqual([
      { path: "compose.yml", start_line: 4, end_line: 4, start_column: 12, end_column: 34, ...told },
      { path: "compose.yml", start_line: 11, end_line: 13, ...told },
    ]);
  });

  test("are there once when the answer was lost and the conclusion is sent again", async () => {
    const last = concluded("testme:unheard:7:install", [line]);
    const id = await queued("testme:unheard:7:install");
    github.fail(patching(id), { drop: "after" });
    const retrying = adapter(bot(github.url, ProbotOctokit)); // as Probot has it by default
    const lost = await failureOf(retrying.updateCheckRun(repository(), id, last));
    expect(retrying.isPassing(lost)).toBe(true);
    const patches = github.requests.filter((one) => one.method === "PATCH" && one.path.endsWith(`/${id}`));
    expect(patches).toHaveLength(1);
    await retrying.updateCheckRun(repository(), id, last);
    expect(keptOf(id)).toMatchObject({ conclusion: "failure", output: { title: "Red" } });
    expect(keptOf(id)?.annotations).toHaveLength(1);
  });

  test("come with the second try when GitHub never saw the first", async () => {
    const last = concluded("testme:unseen:7:install", [line]);
    const id = await queued("testme:unseen:7:install");
    github.fail(patching(id), { status: 502 });
    expect(adapter().isPassing(await failureOf(adapter().updateCheckRun(repository(), id, last)))).toBe(true);
    expect(keptOf(id)).toMatchObject({ conclusion: null, annotations: [] });
    await adapter().updateCheckRun(repository(), id, last);
    expect(keptOf(id)?.annotations).toHaveLength(1);
  });

  test("that GitHub refuses do not take the conclusion with them", async () => {
    const id = await queued("testme:odd:7:install");
    const odd = { ...block, startColumn: 1, endColumn: 2 };
    await adapter().updateCheckRun(repository(), id, concluded("testme:odd:7:install", [odd]));
    expect(keptOf(id)).toMatchObject({ conclusion: "failure", output: { title: "Red" }, annotations: [] });
  });
});

describe("a token for git", () => {
  const clone = (password: string | null) => {
    const basic = Buffer.from(`x-access-token:${password}`).toString("base64");
    const header = password === null ? [] : ["-c", `http.extraHeader=Authorization: Basic ${basic}`];
    const env = { PATH: process.env.PATH, GIT_TERMINAL_PROMPT: "0", GIT_CONFIG_GLOBAL: "/dev/null" };
    const url = `${github.url}/coop/wiki.git`;
    return run("git", [...header, "fetch", "-q", url, "refs/pull/7/head"], { cwd: folder, env });
  };

  test("reads the pull request's commit", async () => {
    await clone(await adapter().cloneToken(repository()));
    expect(await git("rev-parse", "FETCH_HEAD")).toBe(head);
  });

  test("is needed, and a wrong one is no use", async () => {
    // With no one to ask for a better password, git gives up.
    await expect(clone(null)).rejects.toThrow(/could not read Username/);
    await expect(clone("ghs_made.up.token")).rejects.toThrow(/could not read Username/);
  });

  test("can do nothing else", async () => {
    const token = await adapter().cloneToken(repository());
    const headers = { authorization: `token ${token}` };
    const answer = await fetch(`${github.url}/repos/coop/wiki/pulls/7`, { headers });
    expect(answer.status).toBe(403);
  });
});

describe("the stand-in has teeth", () => {
  const create = async (body: object) => {
    const octokit = await bot().auth(github.installation);
    return failureOf(octokit.request("POST /repos/coop/wiki/check-runs", { ...body }));
  };
  const output = { title: "t", summary: "s" };
  const noted = { path: "a.yml", start_line: 1, end_line: 1, annotation_level: "notice", message: "m" };

  test.each([
    [
      "a summary of 70,000 characters",
      { output: { ...output, summary: "a".repeat(70_000) } },
      "65535 characters",
    ],
    ["a summary of 65,536 bytes", { output: { ...output, summary: "é".repeat(32_768) } }, "maximum bytesize"],
    ["a completion without conclusion", { status: "completed" }, "Missing required key"],
    ["a made-up conclusion", { conclusion: "passed" }, "body/conclusion"],
    [
      "four buttons",
      { actions: Array(4).fill({ label: "l", description: "d", identifier: "i" }) },
      "body/actions",
    ],
    ["a commit that is not there", { head_sha: "f".repeat(40) }, "No commit found"],
  ])("it refuses %s", async (_, wrong, why) => {
    const error = await create({ name: "n", head_sha: head, ...wrong });
    expect(error).toMatchObject({ status: 422, message: expect.stringContaining(why) });
  });

  test.each([
    ["a 51st annotation", Array(51).fill(noted), "body/output/annotations"],
    ["an annotation of no level", [{ ...noted, annotation_level: "error" }], "annotation_level"],
    ["columns on two lines", [{ ...noted, end_line: 2, start_column: 1 }], "of one line"],
    ["a line before the first", [{ ...noted, start_line: 0 }], "start at 1"],
    ["an end before the start", [{ ...noted, start_line: 2 }], "ends before it starts"],
    ["a title of 256 characters", [{ ...noted, title: "a".repeat(256) }], "title"],
    ["a message beyond 64 KB", [{ ...noted, message: "é".repeat(32_769) }], "message"],
  ])("it refuses %s", async (_, annotations, why) => {
    const error = await create({ name: "n", head_sha: head, output: { ...output, annotations } });
    expect(error).toMatchObject({ status: 422, message: expect.stringContaining(why) });
  });

  test("it refuses a person who would write a check run, and knows no permission that was not granted", async () => {
    const headers = { authorization: "token ghp_ada" };
    const body = JSON.stringify({ name: "n", head_sha: head });
    const path = `${github.url}/repos/coop/wiki/check-runs`;
    expect((await fetch(path, { method: "POST", headers, body })).status).toBe(403);
    expect((await fetch(path, { method: "POST", body })).status).toBe(401);
  });

  test("its webhooks are signed, carry the installation, and say that the issue is a pull request", async () => {
    const { delivery } = await github.comment(name, 7, "ada", "is it signed?");
    expect(delivery).toMatchObject({ event: "issue_comment", status: null });
    expect(delivery?.payload).toMatchObject({
      action: "created",
      issue: { number: 7, pull_request: { url: `${github.url}/repos/coop/wiki/pulls/7` } },
      comment: { body: "is it signed?", user: { login: "ada", type: "User" } },
      repository: { full_name: name, clone_url: `${github.url}/coop/wiki.git` },
      sender: { login: "ada" },
      installation: { id: github.installation },
    });
  });

  test("a real Probot takes them, and takes none with a wrong signature", async () => {
    const heard: string[] = [];
    const probot = bot();
    probot.onAny(({ id, name: event, payload }) => {
      heard.push(`${event}.${"action" in payload ? payload.action : ""} ${id}`);
    });
    const middleware = await probot.getNodeMiddleware({ path: "/" });
    const server = createServer((request, response) => void middleware(request, response));
    github.sendWebhooksTo(await listen(server));

    const { delivery } = await github.comment(name, 7, "ada", "!testme");
    const [known] = github.checkRuns(name);
    const pressed = await github.rerequest(known?.id ?? 0, "ada");
    await github.push(name, 7, head);
    expect(heard).toEqual([
      `issue_comment.created ${delivery?.id}`,
      `check_run.rerequested ${pressed.id}`,
      expect.stringMatching(/^pull_request\.synchronize [0-9a-f-]{36}$/),
    ]);
    await github.redeliver(pressed);
    expect(heard.at(-1)).toBe(`check_run.rerequested ${pressed.id}`);
    const forged = await github.deliver("check_run", pressed.payload, { key: "guessed" });
    expect(forged.status).toBe(400);
    expect(heard).toHaveLength(4);
    github.sendWebhooksTo(null);
    server.close();
  });
});
