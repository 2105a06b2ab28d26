// What holds for every story: those that are told in stories.ts, cut and disturbed anywhere, and ones that nobody would tell.
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { isStampOf } from "../../../src/recipe/stamp.ts";
import type { Observation } from "../../../src/verdict/observation.ts";
import { type Judgement, judge } from "../../../src/verdict/verdict.ts";
import {
  at,
  fullName,
  head,
  label,
  newStamp,
  oldStamp,
  type Story,
  service,
  story,
  task,
  update,
} from "../../support/builders.ts";
import * as told from "./stories.ts";

const isGood = (judgement: Judgement): boolean =>
  judgement.is === "settled" && judgement.findings.length === 0;
const kinds = (judgement: Judgement): string[] =>
  judgement.is === "settled" ? judgement.findings.map((f) => f.is) : [];

const goodStories = [
  told.startFirst,
  told.stopFirst,
  told.installed,
  told.labelsOnly,
  told.noReplicas,
  told.dirtyTree,
  told.oldSins,
  told.staleNeighbour,
  told.jobDone,
  told.oneShotDone,
];
const rolledBackStories = [
  told.outOfMemory,
  told.killed,
  () => told.exitCode(),
  told.exitZero,
  told.unhealthy,
  told.unhealthyExitZero,
  told.merelyStopped,
  () => told.rejected("No such image: app:1.1"),
  () => told.missedLive(),
  told.missedAltogether,
  told.sameStampRolledBack,
  told.wrongStampRolledBack,
  told.rollbackFailed,
  told.rollbackStuck,
];
const otherBadStories = [
  told.halfWay,
  told.crashLoop,
  told.givenUp,
  told.neverScheduled,
  told.dbRolledBack,
  told.removedByHand,
  told.neverCreated,
  told.refused,
  () => told.stampedAs("0ddba11c"),
  () => told.stampedAs(null),
  told.jobFailed,
];
const badStories = [...rolledBackStories, ...otherBadStories];
const from = (stories: readonly (() => Story)[]) => fc.constantFrom(...stories).map((tell) => tell());

/** The first observations of a story, at a moment before the next one; the deployer may be back later than it was. */
const cutAnywhere = (stories: readonly (() => Story)[]) =>
  from(stories).chain(({ observations, nowMs }) => {
    const backAt = observations.findIndex((o) => o.is === "deployed");
    const deployed = observations[backAt];
    const rest = observations.filter((o) => o !== deployed);
    return fc
      .record({
        cut: fc.integer({ min: 1, max: rest.length }),
        back: fc.integer({ min: backAt, max: Math.max(backAt, rest.length) }),
        part: fc.double({ min: 0, max: 0.999, noNaN: true }),
      })
      .map(({ cut, back, part }) => {
        const seen: Observation[] = rest.slice(0, cut);
        if (deployed && back <= cut) seen.splice(back, 0, deployed);
        const lastMs = Date.parse(rest[cut - 1]?.at ?? "");
        const nextMs = cut < rest.length ? Date.parse(rest[cut]?.at ?? "") : nowMs;
        return { seen, nowMs: lastMs + part * (nextMs - lastMs) };
      });
  });

describe("any story, cut anywhere", () => {
  it("a failed rollout is not a pass at any moment on its way", () => {
    fc.assert(
      fc.property(cutAnywhere(badStories), ({ seen, nowMs }) => {
        expect(isGood(judge(seen, nowMs))).toBe(false);
      }),
      { numRuns: 1_000 },
    );
  });

  it("a good rollout has no finding at any moment on its way", () => {
    fc.assert(
      fc.property(cutAnywhere(goodStories), ({ seen, nowMs }) => {
        expect(kinds(judge(seen, nowMs))).toEqual([]);
      }),
      { numRuns: 1_000 },
    );
  });

  it("a rollback is no stamp mismatch at any moment on its way", () => {
    fc.assert(
      fc.property(cutAnywhere(rolledBackStories), ({ seen, nowMs }) => {
        expect(kinds(judge(seen, nowMs))).not.toContain("stamp-mismatch");
      }),
      { numRuns: 500 },
    );
  });

  it("what others on the engine suffer changes nothing", () => {
    const noise = told.neighbourInTrouble(story()).observations.slice(1);
    const places = fc.array(fc.record({ place: fc.nat(40), what: fc.constantFrom(...noise) }), {
      maxLength: 5,
    });
    fc.assert(
      fc.property(from([...goodStories, ...badStories]), places, ({ observations, nowMs }, disturbances) => {
        const disturbed = [...observations];
        for (const { place, what } of disturbances)
          disturbed.splice(1 + (place % observations.length), 0, what);
        expect(judge(disturbed, nowMs)).toEqual(judge(observations, nowMs));
      }),
      { numRuns: 300 },
    );
  });

  it("seeing the same thing twice changes nothing", () => {
    fc.assert(
      fc.property(from([...goodStories, ...badStories]), fc.nat(), ({ observations, nowMs }, place) => {
        const twice = 1 + (place % (observations.length - 1));
        const repeated = observations.flatMap((o, index) => (index === twice ? [o, o] : [o]));
        const [once, again] = [judge(observations, nowMs), judge(repeated, nowMs)];
        expect({ is: again.is, kinds: kinds(again) }).toEqual({ is: once.is, kinds: kinds(once) });
      }),
      { numRuns: 300 },
    );
  });
});

// ── whatever an engine might say ─────────────────────────────────────────────

const taskId = fc.constantFrom<string>("t1", "t2", "t3", "old1");
const taskState = fc.constantFrom(
  "pending",
  "starting",
  "running",
  "failed",
  "rejected",
  "complete",
  "shutdown",
);
const anyTask = fc.record({
  id: taskId,
  state: taskState,
  exitCode: fc.constantFrom(null, 0, 1, 137),
});
const status = fc.constantFrom(
  null,
  "updating",
  "completed",
  "paused",
  "rollback_started",
  "rollback_paused",
  "rollback_completed",
  "never_heard_of",
);
const stamp = fc.constantFrom(oldStamp, newStamp, `${newStamp}+U`, "0ddba11c", "", null);
const anyService = fc
  .record({
    stamp,
    status,
    started: fc.constantFrom(-900, 0),
    hasPrevious: fc.boolean(),
    version: fc.integer({ min: 10, max: 13 }),
  })
  .map(({ stamp, status, started, hasPrevious, version }) =>
    service("app", version, {
      stamp,
      ...(status === null ? {} : { update: update(status, { started }) }),
      ...(hasPrevious ? { previous: { stamp: oldStamp } } : {}),
    }),
  );

type Move = (told: Story) => unknown;
const move: fc.Arbitrary<Move> = fc.oneof(
  anyService.map(
    (seen): Move =>
      (told) =>
        told.saw(seen),
  ),
  fc
    .record({ fresh: fc.array(anyTask, { maxLength: 3 }), stale: fc.array(anyTask, { maxLength: 2 }) })
    .map(({ fresh, stale }): Move => {
      const all = new Map(
        [...stale, ...fresh].map((t) => [t.id, task(t.id, t.state, { exitCode: t.exitCode })]),
      );
      const pick = (ids: readonly { id: string }[]) => ids.flatMap(({ id }) => all.get(id) ?? []);
      return (told) => told.tasks({ fresh: pick(fresh), stale: pick(stale) });
    }),
  fc.constantFrom("oom", "die", "health_status: unhealthy").map(
    (action): Move =>
      (told) =>
        told.event(action, { task: "t1" }),
  ),
  fc.boolean().map(
    (isOomKilled): Move =>
      (told) =>
        told.container("t1", { isOomKilled, exitCode: 137 }),
  ),
  fc.double({ min: 0.01, max: 20, noNaN: true }).map(
    (seconds): Move =>
      (told) =>
        told.after(seconds),
  ),
  fc.constantFrom<Move>(
    (told) => told.deployed(),
    (told) => told.deadline(),
    (told) => told.gone("app"),
  ),
);
const anything = fc
  .record({ stands: fc.boolean(), moves: fc.array(move, { maxLength: 25 }), isBack: fc.boolean() })
  .map(({ stands, moves, isBack }) => {
    const told = stands
      ? story({
          services: [service("app", 10, { stamp: oldStamp, update: update("paused", { started: -900 }) })],
          tasks: [task("old1", "running")],
        })
      : story();
    for (const next of moves) next(told);
    if (isBack) told.deployed().after(30);
    return told;
  });
const lastSeen = (observations: readonly Observation[]) =>
  observations
    .flatMap((o) => (o.is === "service" ? [o.service] : o.is === "before" ? o.services : []))
    .at(-1) ?? null;

describe("whatever an engine might say", () => {
  it("it is judged, and the same each time, from a copy as well", () => {
    fc.assert(
      fc.property(anything, ({ observations, nowMs }) => {
        const copy = JSON.parse(JSON.stringify(observations));
        expect(judge(copy, nowMs)).toEqual(judge(observations, nowMs));
      }),
    );
  });

  it("nothing passes while the stamp on the app is not the commit's", () => {
    fc.assert(
      fc.property(anything, (seen) => {
        const got = lastSeen(seen.observations)?.spec.labels[label];
        fc.pre(got === undefined || !isStampOf(got, head));
        expect(isGood(seen.judged())).toBe(false);
      }),
      { numRuns: 2_000 },
    );
  });

  it("nothing passes before the deployer is back, nor while Swarm says that it is not done or gave up", () => {
    fc.assert(
      fc.property(anything, (seen) => {
        const app = lastSeen(seen.observations);
        const isOwn = app?.update?.startedAt === at(0) && app.version !== 10;
        const isOver = app?.update === null || app?.update?.state === "completed" || !isOwn;
        fc.pre(!seen.observations.some((o) => o.is === "deployed") || !isOver);
        expect(isGood(seen.judged())).toBe(false);
      }),
      { numRuns: 2_000 },
    );
  });

  it("a stamp is not called wrong while Swarm's own word is a rollback", () => {
    fc.assert(
      fc.property(anything, (seen) => {
        const app = lastSeen(seen.observations);
        const isOwn = app?.update?.startedAt === at(0) && app.version !== 10;
        fc.pre(isOwn && /^rollback_/.test(app?.update?.state ?? ""));
        expect(kinds(seen.judged())).not.toContain("stamp-mismatch");
      }),
      { numRuns: 2_000 },
    );
  });

  it("a stamp is never called wrong that is right", () => {
    fc.assert(
      fc.property(anything, (seen) => {
        const got = lastSeen(seen.observations)?.spec.labels[label];
        fc.pre(got !== undefined && isStampOf(got, head));
        expect(kinds(seen.judged())).not.toContain("stamp-mismatch");
      }),
      { numRuns: 2_000 },
    );
  });

  it("time alone takes nothing back: what is settled stays settled, in the same words", () => {
    fc.assert(
      fc.property(anything, fc.integer({ min: 0, max: 600_000 }), ({ observations, nowMs }, laterBy) => {
        const now = judge(observations, nowMs);
        fc.pre(now.is === "settled");
        expect(judge(observations, nowMs + laterBy)).toEqual(now);
      }),
      { numRuns: 1_000 },
    );
  });

  it("whoever is told to look again then finds the matter settled, or is told a later time", () => {
    fc.assert(
      fc.property(anything, ({ observations, nowMs }) => {
        const now = judge(observations, nowMs);
        fc.pre(now.is === "open" && now.lookAgainAt !== null);
        if (now.is !== "open" || now.lookAgainAt === null) return;
        expect(now.lookAgainAt).toBeGreaterThan(nowMs);
        const then = judge(observations, now.lookAgainAt);
        if (then.is === "open")
          expect(then.lookAgainAt ?? Number.POSITIVE_INFINITY).toBeGreaterThan(now.lookAgainAt);
      }),
      { numRuns: 300 },
    );
  });

  it("after the deadline nothing is open", () => {
    fc.assert(
      fc.property(anything, (seen) => {
        seen.deployed().deadline();
        expect(seen.judged().is).not.toBe("open");
      }),
      { numRuns: 1_000 },
    );
  });

  it("two services are judged each by its own: one that is fine never excuses the other", () => {
    fc.assert(
      fc.property(anything, (seen) => {
        const alone = seen.judged();
        fc.pre(alone.is === "settled" && alone.findings.length > 0);
        const [before, ...rest] = seen.observations;
        if (before?.is !== "before") return;
        const db = service("db", 20);
        const expectation = {
          ...before.expectation,
          services: [...before.expectation.services, fullName("db")],
        };
        const both: Observation[] = [{ ...before, expectation, services: [...before.services, db] }, ...rest];
        expect(kinds(judge(both, seen.nowMs))).toEqual(kinds(alone));
      }),
      { numRuns: 1_000 },
    );
  });
});
