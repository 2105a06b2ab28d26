/** Whose turn it is, told as queues; and what holds for any queue. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { isShort, lineOf, nextOf, repositoryOf, type Turn, type Waiting } from "../../../src/run/order.ts";
import type { Run } from "../../../src/run/run.ts";
import { STAGES } from "../../../src/stages/stage.ts";
import { run } from "../report/results.ts";

/** `wiki1` waits on the repository wiki; `wiki1!` is a Re-run of one stage. */
const waits = (name: string): Waiting => {
  const repository = name.replace(/\d+!?$/, "");
  const stages: Run["stages"] = name.endsWith("!") ? ["upgrade"] : ["install", "upgrade"];
  return { run: { ...run, id: name, stages }, repository, appDomain: `${name}.test` };
};
const turn = (repository: string, at: string, isShort = false): Turn => ({ repository, at, isShort });
const line = (names: string, turns: readonly Turn[] = []) =>
  lineOf({ waiting: names.split(" ").map(waits), turns })
    .map(({ run }) => run.id)
    .join(" ");

describe("the line", () => {
  it("is first come, first served within a repository", () => {
    expect(line("wiki1 wiki2 wiki3")).toBe("wiki1 wiki2 wiki3");
  });

  it("lets repositories take turns, so that one with many runs keeps nobody waiting", () => {
    expect(line("wiki1 wiki2 wiki3 blog1 chat1 blog2")).toBe("wiki1 blog1 chat1 wiki2 blog2 wiki3");
  });

  it("begins with the repository whose turn is longest ago, and before it with those that had none", () => {
    const turns = [turn("wiki", "2026-01-05T12:00:09Z"), turn("blog", "2026-01-05T12:00:01Z")];
    expect(line("wiki1 blog1 chat1", turns)).toBe("chat1 blog1 wiki1");
  });

  it("puts a run of one stage before longer ones of its repository, and never two in a row", () => {
    expect(line("wiki1 wiki2 wiki3!")).toBe("wiki3! wiki1 wiki2");
    expect(line("wiki1 wiki2 wiki3! wiki4!")).toBe("wiki3! wiki1 wiki4! wiki2");
    expect(line("wiki1 wiki2!", [turn("wiki", "2026-01-05T12:00:00Z", true)])).toBe("wiki1 wiki2!");
  });
});

describe("the next", () => {
  it("passes a held app domain over, and it keeps its place", () => {
    const waiting = ["wiki1", "wiki2", "blog1"].map(waits);
    const next = (held: string[]) => nextOf({ waiting, held: new Set(held), turns: [] })?.run.id;
    expect(next(["wiki1.test"])).toBe("wiki2");
    expect(next(["wiki1.test", "wiki2.test"])).toBe("blog1");
    expect(next([])).toBe("wiki1");
    expect(next(["wiki1.test", "wiki2.test", "blog1.test"])).toBeUndefined();
  });
});

const anyQueue = fc.uniqueArray(
  fc.tuple(fc.constantFrom("wiki", "blog", "chat", "mail"), fc.nat(99), fc.boolean()),
  { maxLength: 24, selector: ([repository, n]) => `${repository}${n}` },
);

describe("in any queue", () => {
  it("everybody comes up once, and nobody waits for more than twice those before it in its repository", () => {
    fc.assert(
      fc.property(anyQueue, (given) => {
        const waiting = given.map(([repository, n, short]) => waits(`${repository}${n}${short ? "!" : ""}`));
        const order = lineOf({ waiting, turns: [] });
        expect(new Set(order)).toEqual(new Set(waiting));
        for (const one of waiting) {
          const own = waiting.filter(({ repository }) => repository === one.repository);
          const before = order.filter(({ repository }) => repository === one.repository).indexOf(one);
          expect(before).toBeLessThanOrEqual(2 * own.indexOf(one) + 1);
        }
      }),
    );
  });

  it("the line is what comes of taking the next again and again", () => {
    fc.assert(
      fc.property(anyQueue, (given) => {
        let waiting = given.map(([repository, n, short]) => waits(`${repository}${n}${short ? "!" : ""}`));
        const foretold = lineOf({ waiting, turns: [] });
        let turns: Turn[] = [];
        for (const [n, one] of foretold.entries()) {
          expect(nextOf({ waiting, held: new Set(), turns })).toBe(one);
          waiting = waiting.filter((other) => other !== one);
          const { repository, run } = one;
          turns = turns.filter((other) => other.repository !== repository);
          turns.push(turn(repository, String(n).padStart(3, "0"), isShort(run)));
        }
        expect(waiting).toEqual([]);
      }),
    );
  });

  it("no repository gets a second turn before every other that waits has had one", () => {
    fc.assert(
      fc.property(anyQueue, (given) => {
        const waiting = given.map(([repository, n]) => waits(`${repository}${n}`));
        const count = new Map<string, number>();
        for (const { repository } of lineOf({ waiting, turns: [] })) {
          const turns = (count.get(repository) ?? 0) + 1;
          count.set(repository, turns);
          for (const other of new Set(waiting.map((one) => one.repository))) {
            const theirs = waiting.filter((one) => one.repository === other).length;
            expect(count.get(other) ?? 0).toBeGreaterThanOrEqual(Math.min(theirs, turns - 1));
          }
        }
      }),
    );
  });
});

it("one stage alone is short, however many there are, and a run from a terminal has no repository", () => {
  expect([isShort(waits("wiki1").run), isShort(waits("wiki1!").run)]).toEqual([false, true]);
  expect(isShort({ ...run, stages: STAGES })).toBe(false);
  expect(repositoryOf(run)).toBe("coop-cloud/discourse");
  expect(repositoryOf({ ...run, source: { is: "local", path: "wiki" } })).toBe("");
});
