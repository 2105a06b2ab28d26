/** What any store keeps, told as a bot's life: what it promised before it was closed, it promises when it is opened again. */
import { readFile } from "node:fs/promises";
import { expect, test } from "vitest";
import type { Decision } from "../../src/command/decision.ts";
import { Commit } from "../../src/recipe/commit.ts";
import { type ResultsFile, resultsFile } from "../../src/report/results.ts";
import type { Green } from "../../src/run/green.ts";
import type { Run } from "../../src/run/run.ts";
import type { StageResult } from "../../src/run/stage-result.ts";
import type { StageName } from "../../src/stages/stage.ts";
import type { Answer, Delivery, Message, Store } from "../../src/store/store.ts";

const repository = { owner: "coop", repo: "wiki", installation: 7 };
const head = Commit.parse("7ae7b0f7".padEnd(40, "0"));
const at = "2026-01-05T12:00:00.000Z";
export const delivery = (guid: string, once = guid): Delivery => ({
  guid,
  once,
  receivedAt: at,
  askedAt: at,
  intake: { is: "comment", repository, pull: 1, commentId: 5, login: "maya", body: "!testme" },
});
export const run = (id: string): Run => ({
  id,
  recipe: "wiki",
  head,
  source: {
    is: "pull-request",
    ...repository,
    number: 1,
    cloneUrl: "https://github.example/coop/wiki.git",
    targetBranch: "main",
    askedBy: "maya",
  },
  stages: ["install", "upgrade"],
  from: null,
  acceptedAt: at,
});
const nothing: Answer = { run: null, messages: [], cancels: [], decisions: [], met: null };
const comment = (key: string, body = key): Message => ({ key, repository, is: "comment", issue: 1, body });
export const check = (key: string, title: string): Message => ({
  key,
  repository,
  is: "check-run",
  checkRun: {
    name: "testme / install",
    head,
    externalId: key,
    progress: { status: "completed", conclusion: "failure", startedAt: null, completedAt: at },
    output: { title, summary: "s", text: null, annotations: [] },
    actions: [],
  },
});

const resultsOf = (id: string): ResultsFile => {
  const ended: StageResult = {
    stage: "install",
    verdict: { is: "skipped", reason: "it takes an hour" },
    failedAt: null,
    base: null,
    observations: [],
    cleanupFault: null,
    ladder: null,
    startedAt: at,
    endedAt: at,
  };
  return resultsFile(run(id), [ended], {
    deployer: "docker stack deploy",
    planned: 1,
    isClean: true,
    isLeaking: false,
  });
};

/** What is to be sent, in order. */
export const unsentIn = async (store: Store) => {
  const unsent = await store.unsent();
  const posted = await Promise.all(unsent.map(({ key }) => store.posted(key)));
  return unsent.flatMap(({ runId }, n) => (posted[n] ? [{ ...posted[n], runId }] : []));
};

/** `open` opens the same store each time; `reopen` does so after the one before was closed or its process died. */
export const storeContract = (open: () => Promise<{ store: Store; reopen: () => Promise<Store> }>): void => {
  test("a delivery is received once, by its guid and by what it is about", async () => {
    const { store, reopen } = await open();
    expect(await store.receive(delivery("g1", "comment 5 v1"))).toBe(true);
    expect(await store.receive(delivery("g1", "comment 5 v1"))).toBe(false);
    expect(await store.receive(delivery("g2", "comment 5 v1"))).toBe(false);
    expect(await store.receive(delivery("g1", "comment 6 v1"))).toBe(false);
    expect(await store.receive(delivery("g3", "comment 5 v2"))).toBe(true);
    const again = await reopen();
    await again.adopt();
    expect(await again.unanswered()).toEqual([
      delivery("g1", "comment 5 v1"),
      delivery("g3", "comment 5 v2"),
    ]);
    await again.answer("g1", nothing);
    expect(await again.receive(delivery("g4", "comment 5 v1"))).toBe(false);
  });

  test("an answer is one write: the delivery, its run and its messages", async () => {
    const { store, reopen } = await open();
    await store.receive(delivery("g1"));
    await store.answer("g1", { ...nothing, run: run("r1"), messages: [comment("eyes")] });
    await store.answer("g1", { ...nothing, run: run("r2"), messages: [comment("twice")] });
    const again = await reopen();
    await again.adopt();
    expect(await again.unanswered()).toEqual([]);
    expect(await again.openRuns()).toEqual([
      { run: run("r1"), askedAt: at, begun: 0, isWorking: false, cancelledBy: null },
    ]);
    expect((await unsentIn(again)).map(({ runId, message }) => [runId, message])).toEqual([
      ["r1", comment("eyes")],
    ]);
    await again.receive(delivery("g2"));
    await expect(
      again.answer("g2", { ...nothing, run: run("r1"), messages: [comment("lost")] }),
    ).rejects.toThrow();
    expect((await again.unanswered()).map(({ guid }) => guid)).toEqual(["g2"]);
    expect(await unsentIn(again)).toHaveLength(1);
  });

  test("a run is claimed by one alone, is open until it is concluded, and one that was given back has not begun", async () => {
    const { store, reopen } = await open();
    for (const id of ["r1", "r2", "r3"]) await store.add(run(id));
    expect(await store.claim("r1")).toBe(1);
    expect(await store.claim("r1")).toBeNull();
    expect(await store.claim("r2")).toBe(1);
    await store.release("r2");
    await store.release("r2");
    await store.claim("r3");
    await store.conclude("r3");
    expect(await store.claim("r3")).toBeNull();
    expect(await store.claim("nobody's")).toBeNull();
    await store.adopt();
    const states = async (of: Store) =>
      (await of.openRuns()).map(({ run, begun, isWorking }) => [run.id, begun, isWorking]);
    expect(await states(store), "this bot lives, so its runs are its own").toEqual([
      ["r1", 1, true],
      ["r2", 0, false],
    ]);
    const again = await reopen();
    expect(await again.claim("r1")).toBeNull();
    await again.adopt();
    expect(await states(again), "and free when it is no more").toEqual([
      ["r1", 1, false],
      ["r2", 0, false],
    ]);
    expect(await again.claim("r1")).toBe(2);
    expect((await again.runsAt(head)).map(({ id }) => id)).toEqual(["r1", "r2", "r3"]);
    expect(await again.runsAt(Commit.parse("f".repeat(40)))).toEqual([]);
  });

  test("what a bot received and did not answer is another's once it is no more", async () => {
    const { store, reopen } = await open();
    await store.receive(delivery("g1"));
    const again = await reopen();
    expect(await again.unanswered()).toEqual([]);
    await again.adopt();
    expect((await again.unanswered()).map(({ guid }) => guid)).toEqual(["g1"]);
  });

  test("an app domain has one holder, until that gives it back or is no more", async () => {
    const { store, reopen } = await open();
    expect(await store.lock("wiki.test", "r1")).toBe(true);
    expect(await store.lock("wiki.test", "r2")).toBe(false);
    expect(await store.lock("blog.test", "r2")).toBe(true);
    await store.unlock("wiki.test", "r2");
    expect(await store.holders()).toEqual(
      new Map([
        ["wiki.test", "r1"],
        ["blog.test", "r2"],
      ]),
    );
    await store.unlock("wiki.test", "r1");
    expect(await store.lock("wiki.test", "r2")).toBe(true);
    const again = await reopen();
    expect(await again.lock("wiki.test", "r3")).toBe(false);
    await again.adopt();
    expect(await again.lock("wiki.test", "r3")).toBe(true);
    expect(again.owner).toBe(store.owner);
  });

  test("whose turn it was, how long stages took, and what came of them", async () => {
    const { store } = await open();
    const short: Run = { ...run("r2"), stages: ["install"] };
    await store.add(run("r1"));
    await store.add(short);
    expect(await store.turns()).toEqual([]);
    await store.claim("r1");
    expect(await store.turns()).toMatchObject([{ repository: "coop/wiki", isShort: false }]);
    await store.claim("r2");
    expect(await store.turns()).toMatchObject([{ repository: "coop/wiki", isShort: true }]);
    const took = (stage: StageName, seconds: number): StageResult => ({
      stage,
      verdict: { is: "pass" },
      failedAt: null,
      base: null,
      observations: [{ is: "locked", at, appDomain: "wiki.test", by: "r1" }],
      cleanupFault: null,
      ladder: null,
      startedAt: at,
      endedAt: new Date(Date.parse(at) + seconds * 1_000).toISOString(),
    });
    await store.saveStage(run("r1"), took("install", 5));
    await store.saveStage(run("r1"), took("install", 7));
    await store.saveStage(run("r1"), { ...took("upgrade", 9), verdict: { is: "cancelled", by: "maya" } });
    expect(await store.pastStages()).toEqual([{ repository: "coop/wiki", stage: "install", ms: 7_000 }]);
  });

  test("what came of a run in short is kept, and its latest wording stands", async () => {
    const { store, reopen } = await open();
    await store.add(run("r1"));
    const one = resultsOf("r1");
    const file = await store.saveResults("r1", one);
    expect(file).toMatch(/r1\/results\.json$/);
    expect(JSON.parse(await readFile(file, "utf8"))).toEqual(one);
    expect(await store.results("r2")).toBeNull();
    const later = { ...one, flags: { ...one.flags, clean_teardown: false } };
    await store.saveResults("r1", later);
    expect(await (await reopen()).results("r1")).toEqual(later);
  });

  test("the green commits of a branch are known newest first, and one that is green again keeps its place", async () => {
    const { store, reopen } = await open();
    const green = (digit: string, branch = "main", more: Partial<Green> = {}): Green => {
      const one = Commit.parse(digit.repeat(40));
      return { repository: "coop/wiki", branch, head: one, runId: `r${digit}`, level: 3, at, ...more };
    };
    for (const one of [green("a"), green("b"), green("c", "next"), green("a", "next")])
      await store.saveGreen(one);
    await store.saveGreen(green("d", "main", { repository: "coop/blog" }));
    const again = green("a", "main", { runId: "r9", level: 5, at: "2026-01-06T12:00:00.000Z" });
    await store.saveGreen(again);
    const later = await reopen();
    expect(await later.greens("coop/wiki", "main")).toEqual([green("b"), again]);
    expect(await later.greens("coop/wiki", "next")).toEqual([green("a", "next"), green("c", "next")]);
    expect(await later.greens("coop/wiki", "old")).toEqual([]);
  });

  test("of the green commits the newest fifty of each branch are kept, however old", async () => {
    const { store } = await open();
    const green = (n: number, branch = "main"): Green => {
      const one = Commit.parse(String(n).padStart(40, "0"));
      return { repository: "coop/wiki", branch, head: one, runId: `r${n}`, level: 1, at };
    };
    await store.saveGreen(green(0, "next"));
    for (let n = 0; n < 52; n++) await store.saveGreen(green(n));
    await store.forgetBefore("2100-01-01T00:00:00.000Z");
    const kept = await store.greens("coop/wiki", "main");
    expect(kept.map(({ runId }) => runId)).toEqual(Array.from({ length: 50 }, (_, n) => `r${51 - n}`));
    expect(await store.greens("coop/wiki", "next")).toEqual([green(0, "next")]);
  });

  test("what is over and told is forgotten after its time, and nothing else", async () => {
    const { store } = await open();
    for (const id of ["told", "untold"]) await store.saveResults(id, resultsOf(id));
    for (const id of ["told", "untold", "open"]) {
      await store.receive(delivery(id));
      await store.answer(id, { ...nothing, run: run(id), messages: [comment(`of ${id}`)] });
    }
    for (const { seq, message } of await unsentIn(store))
      if (message.key !== "of untold") await store.sent(message.key, seq, null);
    for (const id of ["told", "untold"]) await store.conclude(id);
    expect(await store.forgetBefore("2000-01-01T00:00:00.000Z")).toEqual([]);
    expect(await store.forgetBefore("2100-01-01T00:00:00.000Z")).toEqual(["told"]);
    expect((await store.runsAt(head)).map(({ id }) => id)).toEqual(["untold", "open"]);
    expect(await Promise.all(["told", "untold"].map((id) => store.knows(id)))).toEqual([false, true]);
    expect((await unsentIn(store)).map(({ message }) => message.key)).toEqual(["of untold"]);
    expect(await store.results("told")).toBeNull();
    expect(await store.results("untold")).not.toBeNull();
  });

  const where = { repository: "coop/wiki", pull: 1 };
  const decision = (of: Partial<Decision> = {}): Decision => ({
    at,
    who: "maya",
    what: "approve",
    ...where,
    commit: head,
    outcome: "allowed",
    because: "write permission",
    runId: null,
    ...of,
  });

  test("who might and who not is on record with the answer, newest first, until its time is over", async () => {
    const { store, reopen } = await open();
    const made = [
      decision({ runId: "r1" }),
      decision({ who: "petra", what: "unclear", commit: null, outcome: "refused", because: "x" }),
      decision({ at: "2026-01-06T12:00:00.000Z", what: "cancel", outcome: "unknown" }),
    ];
    await store.receive(delivery("g1"));
    await store.answer("g1", { ...nothing, decisions: made });
    await store.answer("g1", { ...nothing, decisions: made });
    const again = await reopen();
    expect(await again.decisions(10)).toEqual(made.toReversed());
    expect(await again.decisions(1)).toEqual(made.slice(2));
    await again.forgetBefore("2026-01-06T00:00:00.000Z");
    expect(await again.decisions(10)).toEqual(made.slice(2));
  });

  test("a commit is approved on its pull request, by who might, and no other is", async () => {
    const { store, reopen } = await open();
    const others = [
      decision({ what: "run", pull: 2 }),
      decision({ outcome: "refused", pull: 3 }),
      decision({ outcome: "unknown", pull: 4 }),
    ];
    await store.receive(delivery("g1"));
    await store.answer("g1", { ...nothing, decisions: [decision(), ...others] });
    const again = await reopen();
    expect(await again.isApproved(where, head)).toBe(true);
    expect(await again.isApproved(where, Commit.parse("f".repeat(40)))).toBe(false);
    expect(await again.isApproved({ ...where, repository: "coop/blog" }, head)).toBe(false);
    for (const { pull } of others) expect(await again.isApproved({ ...where, pull }, head)).toBe(false);
  });

  test("each head of a pull request is on record as soon as its webhook is received, in the order of the pushes", async () => {
    const { store, reopen } = await open();
    const commit = (digit: string) => Commit.parse(digit.repeat(40));
    const pushed = (guid: string, digit: string, askedAt: string): Delivery => ({
      ...delivery(guid),
      askedAt,
      intake: { is: "push", repository, pull: 1, head: commit(digit), login: "eve" },
    });
    await store.receive({
      ...delivery("g0"),
      intake: { is: "opened", repository, pull: 1, head, login: "eve", isFork: true },
    });
    await store.receive(pushed("g1", "b", "2026-01-05T12:00:09Z"));
    // Told late.
    await store.receive(pushed("g2", "a", "2026-01-05T12:00:05.500Z"));
    await store.receive(pushed("g2", "c", "2026-01-05T12:00:07Z"));
    const push = (digit: string, time: string) => ({ head: commit(digit), at: time, by: "eve" });
    const first = { head, at: null, by: "eve" };
    const a = push("a", "2026-01-05T12:00:05.500Z");
    const b = push("b", "2026-01-05T12:00:09.000Z");
    expect(await store.pushes(where)).toEqual([first, a, b]);
    // Of the same head, only what is newer counts.
    await store.receive(pushed("g3", "a", "2026-01-05T12:00:20Z"));
    await store.receive(pushed("g4", "b", "2026-01-05T12:00:01Z"));
    const met = { ...where, head: commit("d"), at: "2026-01-05T12:00:30Z", by: "" };
    await store.answer("g1", { ...nothing, met });
    const again = await reopen();
    expect(await again.pushes(where)).toEqual([
      first,
      b,
      push("a", "2026-01-05T12:00:20.000Z"),
      { head: commit("d"), at: "2026-01-05T12:00:30.000Z", by: "" },
    ]);
    expect(await again.pushes({ ...where, pull: 2 })).toEqual([]);
    await again.forgetBefore("2100-01-01T00:00:00.000Z");
    expect(await again.pushes(where)).toEqual([]);
  });

  test("of a message only the latest wording is sent, in the order of the wordings, and GitHub's id stays", async () => {
    const { store, reopen } = await open();
    await store.post("r1", check("a", "queued"));
    await store.post("r1", comment("b"));
    await store.post("r1", check("a", "working"));
    const [b, a] = await unsentIn(store);
    expect([b?.message, a?.message]).toEqual([comment("b"), check("a", "working")]);
    await store.post("r1", check("a", "done"));
    expect((await store.nextUnsent("r1"))?.key).toBe("b");
    await store.post(null, comment("nobody's"));
    expect((await store.nextUnsent("nobody's"))?.key).toBe("nobody's");
    expect(await store.nextUnsent("a")).toBeNull();
    await store.sent("nobody's", (await store.nextUnsent("nobody's"))?.seq ?? 0, null);
    expect(await store.nextUnsent("nobody's")).toBeNull();
    await store.sent("a", a?.seq ?? 0, 77);
    const again = await reopen();
    expect((await unsentIn(again)).map(({ message, checkRunId }) => [message, checkRunId])).toEqual([
      [comment("b"), null],
      [check("a", "done"), 77],
    ]);
    for (const { seq, message } of await unsentIn(again)) await again.sent(message.key, seq, null);
    expect(await unsentIn(again)).toEqual([]);
    await again.sent("a", 1, null);
    expect(await unsentIn(again)).toEqual([]);
    expect((await again.posted("a"))?.checkRunId).toBe(77);
    expect((await again.posted("b"))?.checkRunId).toBeNull();
    expect(await again.posted("nothing")).toBeNull();
  });

  test("a check run that is over stays over: a wording that was on its way does not undo it", async () => {
    const { store } = await open();
    await store.post("r1", check("a", "done"));
    const late = check("a", "still at work");
    if (late.is !== "check-run") throw new Error("it is one");
    const working: Message = {
      ...late,
      checkRun: { ...late.checkRun, progress: { status: "in_progress", startedAt: at } },
    };
    await store.post("r1", working);
    expect((await unsentIn(store)).map(({ message }) => message)).toEqual([check("a", "done")]);
    await store.post("r1", check("a", "done otherwise"));
    expect((await unsentIn(store)).map(({ message }) => message)).toEqual([check("a", "done otherwise")]);
  });

  test("a wish to end a run is kept, and the first one stands", async () => {
    const { store, reopen } = await open();
    await store.add(run("r1"));
    await store.receive(delivery("g1"));
    await store.receive(delivery("g2"));
    await store.answer("g1", { ...nothing, cancels: [{ runId: "r1", by: "cancelled by maya" }] });
    await store.answer("g2", {
      ...nothing,
      cancels: [
        { runId: "r1", by: "another" },
        { runId: "none", by: "x" },
      ],
    });
    expect((await (await reopen()).openRuns()).map(({ cancelledBy }) => cancelledBy)).toEqual([
      "cancelled by maya",
    ]);
  });
};
