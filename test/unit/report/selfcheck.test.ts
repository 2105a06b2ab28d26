/** The names by which a self-check knows verdicts, and what its table makes of a wrong one. */
import { describe, expect, it } from "vitest";
import {
  isRight,
  nameOf,
  type Outcome,
  outcomeLine,
  selfcheckJson,
  tableOf,
} from "../../../src/report/selfcheck.ts";
import { Fault } from "../../../src/verdict/fault.ts";
import { type Verdict, verdictOf } from "../../../src/verdict/verdict.ts";
import {
  failed,
  head,
  newStamp,
  oldStamp,
  type Story,
  service,
  story,
  task,
  update,
} from "../../support/builders.ts";

const named = (verdict: Verdict, told: Story = story()): string =>
  nameOf({
    stage: "upgrade",
    verdict,
    failedAt: null,
    base: null,
    observations: told.observations,
    cleanupFault: null,
    ladder: null,
    startedAt: null,
    endedAt: "2026-01-05T12:01:00.000Z",
  });
const judged = (told: Story): string => {
  const judgement = told.judged();
  if (judgement.is !== "settled") throw new Error(`the story is ${judgement.is}`);
  return named(verdictOf(judgement.findings), told);
};

const old = task("old", "running", { born: -60 });
const begun = () => story({ services: [service("app", 1, { stamp: oldStamp })], tasks: [old] });
const rolledBack = (told: Story): Story =>
  told
    .after(1)
    .saw(service("app", 2, { stamp: newStamp, previous: { stamp: oldStamp }, update: update("updating") }))
    .tasks({ fresh: [failed("new", 3)], stale: [old] })
    .container("new", { exitCode: 3 })
    .after(1)
    .saw(service("app", 3, { stamp: oldStamp, update: update("rollback_completed", { done: 2 }) }))
    .tasks({ current: [old], revoked: [failed("new", 3)] })
    .deployed();

describe("nameOf", () => {
  it.each<[string, Verdict]>([
    ["pass", { is: "pass" }],
    ["cancelled: interrupted (SIGINT)", { is: "cancelled", by: "interrupted (SIGINT)" }],
    [
      "inconclusive: no engine",
      { is: "inconclusive", fault: new Fault("engine", "no\nengine", "Start it.") },
    ],
  ])("%s", (name, verdict) => expect(named(verdict)).toBe(name));

  it("says who rolled back and why", () =>
    expect(judged(rolledBack(begun()))).toBe("rolled-back by Swarm: exited 3"));

  it("says that events were missed", () => {
    const gap = {
      is: "not-captured",
      at: "2026-01-05T12:00:00.000Z",
      what: "engine events",
      reason: "cut",
    } as const;
    expect(judged(rolledBack(begun().noted(gap)))).toBe("rolled-back by Swarm: exited 3, events missed");
  });

  it("says in which way a stamp is wrong", () => {
    const told = begun()
      .saw(service("app", 2, { stamp: "ffffffff", previous: { stamp: oldStamp } }))
      .tasks({ current: [old] })
      .deployed();
    expect(head.startsWith("ffffffff")).toBe(false);
    expect(judged(told)).toBe("stamp-mismatch: never-applied");
  });
});

const outcome = (mutant: string, name: string): Outcome => ({
  mutant,
  caused: "something",
  expected: "wrong-image",
  named: name,
  seconds: 12.34,
});
const outcomes = [outcome("good", "wrong-image"), outcome("let through", "pass")];

it("puts what was expected beside a name that is another one", () => {
  expect(tableOf(outcomes)).toBe(
    [
      "  mutant       caused     named                        seconds",
      "✔ good         something  wrong-image                  12.3",
      "✘ let through  something  pass (must be: wrong-image)  12.3",
    ].join("\n"),
  );
  expect(outcomes.map(outcomeLine)).toEqual([
    "✔ good: wrong-image",
    "✘ let through: pass (must be: wrong-image)",
  ]);
});

it("is ok only if all of them are", () => {
  expect(outcomes.map(isRight)).toEqual([true, false]);
  expect(selfcheckJson(outcomes)).toMatchObject({ ok: false, mutants: [{ ok: true }, { ok: false }] });
  expect(selfcheckJson(outcomes.slice(0, 1)).ok).toBe(true);
});
