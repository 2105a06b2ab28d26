// Endings that Swarm itself does not name: it goes on regardless, it waits for ever, it has stopped watching, or a later write
// has erased what it said.
import { describe, expect, it } from "vitest";
import type { Task } from "../../../src/verdict/observation.ts";
import {
  at,
  failed,
  fullName,
  type Look,
  newStamp,
  oldStamp,
  type Story,
  service,
  story,
  task,
  update,
} from "../../support/builders.ts";
import { brief } from "./brief.ts";
import * as told from "./stories.ts";

const says = (of: Story) => brief(of.judged());
const goesOn: Look = {
  policy: { failureAction: "continue", order: "stop-first", monitorMs: 2_000, maxFailureRatio: 0 },
};
const isNew: Look = { stamp: newStamp, image: "app:1.1" };
const done = (look: Look = {}) =>
  service("app", 14, { ...isNew, ...look, update: update("completed", { done: 2.5 }) });

describe("failure_action: continue", () => {
  const dies = (n: number) => failed(`new${n}`, 3, { born: n - 0.9, since: n });
  const dead = [1, 2, 3].map(dies);
  const going = () =>
    told
      .updating(goesOn)
      .after(1)
      .tasks({ fresh: [dies(1), task("new2", "ready")] })
      .saw(done(goesOn));
  it("is no good update because Swarm calls it completed", () => {
    expect(going().judged().is).toBe("open");
    const loop = going()
      .after(2)
      .tasks({ fresh: [...dead, task("new4", "ready")] })
      .container("new1", { exitCode: 3 });
    expect(says(loop)).toBe("app update-continued, 3 died, exited");
  });
  it("passes where the app came up after a stumble: the recipe asked for that", () => {
    const up = going()
      .after(1)
      .tasks({ fresh: [dies(1), task("new2", "running")] })
      .after(5);
    expect(says(up)).toBe("good");
  });
  it("does not wait for an update that has no end, since its task is never there to run", () => {
    const gone = [1, 2, 3].map((n) =>
      task(`new${n}`, "rejected", { since: n, error: "No such image: app:1.1", container: null }),
    );
    const stuck = told
      .updating(goesOn)
      .after(3)
      .tasks({ fresh: [...gone, task("new4", "ready")] });
    expect(says(stuck)).toBe("app update-continued, 3 died, image-unavailable");
  });
  it("lets a death pass even where it comes late", () => {
    const late = going()
      .after(3)
      .tasks({ fresh: [failed("new1", 3, { since: 4 }), task("new2", "running")] })
      .after(5);
    expect(says(late)).toBe("good");
  });
  it("is a crash loop on a first deploy: there is no update that could go on", () => {
    const loop = story()
      .saw(service("app", 10, goesOn))
      .tasks({ fresh: dead })
      .container("new1", { exitCode: 3 })
      .deployed();
    expect(says(loop)).toBe("app crash-looping, 3 died, exited");
  });
});

describe("after Swarm called the update completed", () => {
  const late = (since: number, code = 3) =>
    told
      .updating()
      .after(1)
      .tasks({ fresh: [task("new1", "running")] })
      .after(2)
      .saw(done())
      .after(2)
      .tasks({ fresh: [failed("new1", code, { since }), task("new2", "ready", { born: 4 })] })
      .container("new1", { exitCode: code });
  it("one death is enough: what has rolled did not stay up", () => {
    expect(says(late(4))).toBe("app settled-late, new1, exited");
  });
  it("a death that Swarm knew of, and let pass, is no late one", () => {
    expect(late(2.4).judged().is).toBe("open");
  });
  it("a slot that had failed before already, which Swarm's ratio let pass, loops and does not fail late", () => {
    const dies = (n: number) => failed(`new${n}`, 3, { born: n - 0.5, since: n, slot: 2 });
    const start = told
      .updating()
      .after(2)
      .tasks({ fresh: [dies(1)] })
      .saw(done())
      .after(1);
    start.tasks({ fresh: [dies(1), dies(3), task("new4", "ready", { slot: 2 })] });
    expect(start.judged().is).toBe("open");
    start.after(2).tasks({ fresh: [dies(1), dies(3), dies(5), task("new6", "ready", { slot: 2 })] });
    expect(says(start.container("new1", { exitCode: 3 }))).toBe("app crash-looping, 3 died, exited");
    const other = failed("new8", 3, { since: 3, slot: 1 });
    const elsewhere = told
      .updating()
      .after(2)
      .tasks({ fresh: [dies(1)] })
      .saw(done())
      .after(1);
    elsewhere.tasks({ fresh: [dies(1), other, task("new9", "ready")] }).container("new8", { exitCode: 3 });
    expect(says(elsewhere)).toBe("app settled-late, new8, exited");
  });
  it("does not accuse an app whose database is still coming up", () => {
    const both = story(
      { services: [service("app", 10, { stamp: oldStamp }), service("db", 20, { image: "db:14" })] },
      ["app", "db"],
    )
      .saw(service("app", 12, { update: update("completed", { done: 2.5 }) }))
      .saw(service("db", 22, { image: "db:15", update: update("updating") }))
      .deployed()
      .after(4)
      .tasks({ current: [task("db2", "starting", { of: "db" })] }, "db")
      .tasks({ fresh: [failed("new1", 1, { since: 4 }), task("new2", "ready")] })
      .container("new1", { exitCode: 1 });
    expect(both.judged()).toMatchObject({ is: "open", waitingFor: ["task db2 is starting"] });
    const never = story({}, ["app", "db"]);
    for (const seen of both.observations) never.noted(seen);
    expect(says(never.after(60).deadline())).toMatch(/^app settled-late, new1, exited & db not-converged/);
    both
      .after(1)
      .tasks({ current: [task("db2", "running", { of: "db" })] }, "db")
      .saw(service("db", 23, { image: "db:15", update: update("completed", { done: 9 }) }))
      .tasks({ fresh: [failed("new1", 1, { since: 4 }), task("new2", "running")] })
      .after(5);
    expect(says(both)).toBe("good");
  });
  it("a one-shot task that ends well has not failed late", () => {
    const oneShot: Look = { restart: "on-failure" };
    const ended = told
      .updating(oneShot)
      .saw(done(oneShot))
      .after(4)
      .tasks({ fresh: [task("new1", "complete", { since: 3, exitCode: 0 })] })
      .after(5);
    expect(says(ended)).toBe("good");
  });
});

describe("a task that no node can take", () => {
  const error = "no suitable node (host-mode port already in use on 1 node)";
  const waits = task("new1", "pending", { error, container: null });
  const stuck = (stale = [told.old1]) => told.updating().tasks({ stale, fresh: [waits] });
  it("is given ten seconds, and then the scheduler's own words are the verdict", () => {
    expect(stuck().after(9.9).judged()).toEqual({
      is: "open",
      holdsUntil: null,
      waitingFor: [`task new1 is pending: ${error}`],
      lookAgainAt: Date.parse(at(10.005)),
    });
    expect(says(stuck().after(10))).toBe(`app unschedulable: ${error}`);
  });
  it("is waited for while an old task is leaving that may make room", () => {
    const leaving = stuck([{ ...told.old1, desired: "shutdown" }]);
    expect(leaving.after(60).judged().is).toBe("open");
    leaving.tasks({ stale: [told.old1Gone], fresh: [waits] });
    expect(leaving.after(9.9).judged().is).toBe("open");
    expect(says(leaving.after(0.1))).toBe(`app unschedulable: ${error}`);
  });
  it("is not this task's fate if it was placed in between", () => {
    const placed = stuck()
      .after(5)
      .tasks({ fresh: [task("new1", "preparing")] })
      .after(1)
      .tasks({ stale: [told.old1], fresh: [waits] })
      .after(9);
    expect(placed.judged().is).toBe("open");
  });
  it("is none while the scheduler has not spoken", () => {
    const silent = told.updating().tasks({ fresh: [task("new1", "pending", { container: null })] });
    expect(silent.after(60).judged().is).toBe("open");
  });
  it("a global service that no node may take gets no task at all", () => {
    const none = told
      .accepted({ mode: { is: "global" } })
      .after(1)
      .tasks({ stale: [told.old1Gone] });
    expect(none.after(9).judged().is).toBe("open");
    expect(says(none.after(1))).toBe("app unschedulable: ");
  });
  it("the deadline comes first: still the scheduler's words", () => {
    expect(says(stuck().after(8).deadline(8))).toBe(`app unschedulable: ${error}`);
  });
});

describe("the right stamp on the wrong image", () => {
  const named = (wanted: string, running: string, old: Task[] = []): Story => {
    const standing = service("app", 10, { stamp: oldStamp, image: "app:1.0" });
    return story({ services: [standing], tasks: [told.old1], images: { [fullName("app")]: wanted } })
      .saw(service("app", 12, { ...isNew, update: update("updating") }))
      .deployed()
      .tasks({ fresh: [task("new1", "running", { image: running })], stale: old })
      .after(5)
      .saw(service("app", 14, { ...isNew, update: update("completed", { done: 5 }) }));
  };
  it("is told, by what runs and by what the recipe names", () => {
    expect(says(named("app:1.2", "app:1.1"))).toBe("app wrong-image, app:1.1 for app:1.2");
  });
  it("is not told of the right one", () => {
    expect(says(named("app:1.1", "app:1.1"))).toBe("good");
    expect(says(named("docker.io/library/app:1.1", "app:1.1@sha256:0123"))).toBe("good");
  });
  it("is told of a service that is to have no task, too", () => {
    const none: Look = { image: "app:1.1", mode: { is: "replicated", replicas: 0 } };
    const asleep = story({ images: { [fullName("app")]: "app:1.2" } })
      .saw(service("app", 10, none))
      .tasks({})
      .deployed();
    expect(says(asleep)).toBe("app wrong-image, app:1.1 for app:1.2");
  });
  it("is not told of an old task that takes its time to end", () => {
    const leaving = task("old1", "running", { image: "app:1.0", desired: "shutdown" });
    expect(says(named("app:1.1", "app:1.1", [leaving]))).toBe("good");
  });
  it("looks at what runs, too, and not only at what the service says", () => {
    expect(says(named("app:1.1", "app:1.0"))).toBe("app wrong-image, app:1.0 for app:1.1");
  });
});

describe("a rollback that a later write has erased", () => {
  const was: Look = { stamp: oldStamp, image: "app:1.0" };
  it("is still a rollback, though the label was set to the head's afterwards", () => {
    const forged = told.exitCode().saw(service("app", 17, { ...was, stamp: newStamp, previous: was }));
    expect(says(forged)).toBe("app rolled-back by swarm, new1, exited");
  });
  it("is still a rollback while somebody's next update runs, and after it", () => {
    const next = service("app", 18, { ...isNew, previous: was, update: update("updating", { started: 9 }) });
    expect(says(told.exitCode().saw(next))).toBe("app rolled-back by swarm, new1, exited");
  });
  it("of which only the start was seen is one as well", () => {
    const start = told.updating().after(1);
    told.rollingBack(start, "new1");
    start
      .after(2)
      .saw(service("app", 17, { ...was, previous: was }))
      .after(5);
    expect(says(start)).toBe("app rolled-back by swarm, nobody, unknown");
  });
  it("that stood before this deploy says nothing of it", () => {
    expect(says(told.afterOldTrouble("rollback_completed"))).toBe("good");
  });
});

it("tells a rollback that failed too by both deaths", () => {
  const judgement = told.rollbackFailed().judged();
  if (judgement.is !== "settled") throw new Error(judgement.is);
  expect(judgement.findings).toMatchObject([
    {
      is: "rollback-paused",
      death: { task: { id: "new1" } },
      cause: { is: "exited", code: 4 },
      revert: { death: { task: { id: "old2" }, isNamedBySwarm: true }, cause: { is: "exited", code: 9 } },
    },
  ]);
});

it("names the signal that ended a process, as far as its exit code tells", () => {
  for (const [code, signal] of [
    [139, "SIGSEGV"],
    [143, "SIGTERM"],
    [3, null],
    [255, null],
  ] as const) {
    const judgement = told.exitCode(code).judged();
    if (judgement.is !== "settled") throw new Error(judgement.is);
    expect(judgement.findings).toMatchObject([{ cause: { is: "exited", code, signal } }]);
  }
});

describe("a neighbour whose spec this deploy wrote anew and did not change", () => {
  const db = (version: number) => service("db", version, { image: "db:14" });
  const loops = (born: number) => failed(`db${born}`, 1, { of: "db", born, since: born + 1 });
  const upgraded = (state: "loops" | "pends") => {
    const sick =
      state === "loops"
        ? [1, 2, 3].map(loops)
        : [task("db9", "pending", { of: "db", error: "no suitable node" })];
    return story(
      { services: [service("app", 10, { stamp: oldStamp }), db(20)], tasks: [told.old1, loops(-60)] },
      ["app", "db"],
    )
      .saw(service("app", 12, { image: "app:1.1", update: update("updating") }), db(21))
      .deployed()
      .after(4)
      .tasks({ current: [...sick, task("db10", "ready", { of: "db" })] }, "db")
      .tasks({ fresh: [task("new1", "running")] })
      .after(5)
      .saw(service("app", 14, { image: "app:1.1", update: update("completed", { done: 9 }) }));
  };
  it("is not blamed for what it did before, and does still", () => {
    expect(says(upgraded("loops"))).toBe("good");
  });
  it("is not waited for", () => {
    expect(says(upgraded("pends"))).toBe("good");
  });
  it("is no stranger once Swarm has begun an update of it, though no other spec was seen", () => {
    const back = upgraded("loops").saw(
      service("db", 24, { image: "db:14", update: update("rollback_completed", { started: 0.1, done: 8 }) }),
    );
    expect(says(back.after(2))).toMatch(/^db rolled-back by swarm/);
  });
});

describe("the very spec that fails already, deployed again", () => {
  const stands = service("app", 10, { image: "app:1.1", update: update("paused", { started: -60 }) });
  const again = service("app", 11, { image: "app:1.1" });
  const died = failed("dead1", 3, { born: -10, since: -6 });
  it("is not settled because the loop's next task, made before, runs for a moment", () => {
    const start = story({ services: [stands], tasks: [died, task("next1", "ready", { born: -6 })] })
      .saw(again)
      .tasks({ fresh: [died, task("next1", "running", { born: -6, since: 0 })] })
      .deployed();
    expect(start.judged().is).toBe("open");
    expect(says(start.after(5))).toBe("good");
  });
  it("is not settled because the loop's task ran when we began", () => {
    const start = story({ services: [stands], tasks: [died, task("next1", "running", { born: -1 })] })
      .saw(again)
      .tasks({ fresh: [died, task("next1", "running", { born: -1 })] })
      .deployed();
    expect(start.judged().is).toBe("open");
  });
});

it("a restored spec that carries the very same stamp has tasks of its own", () => {
  const same = { stamp: newStamp };
  const dead = failed("new1", 4, { since: 1 });
  const start = story({ services: [service("app", 10, same)], tasks: [told.old1] })
    .saw(service("app", 12, { ...same, image: "app:1.1", update: update("updating") }))
    .deployed()
    .after(1)
    .tasks({ stale: [told.old1Gone], fresh: [dead] })
    .container("new1", { exitCode: 4 });
  told.rollingBack(start, "new1", same);
  start
    .after(3)
    // The engine's lists are read side by side: one had it before another knew that it is up to date.
    .tasks({ revoked: [task("old2", "starting", { born: 1.1 }), dead] })
    .tasks({ fresh: [failed("old2", 9, { born: 1.1, since: 3 })], revoked: [dead] })
    .saw(
      service("app", 15, {
        ...same,
        image: "app:1.0",
        update: update("rollback_paused", {
          message: "update paused due to failure or early termination of task old2",
        }),
      }),
    );
  const judgement = start.after(1).judged();
  if (judgement.is !== "settled") throw new Error(judgement.is);
  expect(judgement.findings).toMatchObject([
    { is: "rollback-paused", death: { task: { id: "new1" } }, revert: { death: { task: { id: "old2" } } } },
  ]);
});

describe("how long has it been up", () => {
  const up = (runs: number, seen: number, more = {}) =>
    story()
      .saw(service("app", 10))
      .deployed()
      .after(seen)
      .tasks({ fresh: [task("new1", "running", { since: runs, ...more })] });
  it("counts from when the engine wrote it running, not from when we read that", () => {
    expect(up(2, 2.4).judged()).toMatchObject({ is: "open", holdsUntil: Date.parse(at(7)) });
  });
  it("counts from our own reading where the two clocks do not agree", () => {
    expect(up(-300, 2.4).judged()).toMatchObject({ holdsUntil: Date.parse(at(7.4)) });
    expect(up(300, 2.4).judged()).toMatchObject({ holdsUntil: Date.parse(at(7.4)) });
  });
  it("says so only where nothing is still to come", () => {
    const start = story({}, ["app", "db"]).saw(service("app", 10), service("db", 11)).deployed();
    start.tasks({ fresh: [task("new1", "running", { since: 0 })] });
    expect(start.judged()).toMatchObject({ is: "open", holdsUntil: null });
    start.tasks({ current: [task("db1", "running", { of: "db", since: 0 })] }, "db");
    expect(start.judged()).toMatchObject({ is: "open", holdsUntil: Date.parse(at(5)) });
  });
});

it("a death that Swarm has not answered yet is no giving up", () => {
  const dies = (desired: string) =>
    story()
      .saw(service("app", 10))
      .deployed()
      .tasks({ fresh: [failed("new1", 3, { since: 1, desired })] })
      .container("new1", { exitCode: 3 })
      .after(1);
  expect(dies("running").judged().is).toBe("open");
  expect(says(dies("shutdown"))).toBe("app crash-looping, 1 died, exited");
});

it("a rollback that failed too waits for the death of the old spec's task, which is read after the state", () => {
  const dead = failed("new1", 4, { since: 16.1 });
  const start = told
    .updating()
    .after(16.1)
    .tasks({ stale: [told.old1Gone], fresh: [dead] });
  told
    .rollingBack(start, "new1")
    .tasks({ current: [task("old2", "running", { born: 16.3 })], revoked: [dead] });
  start.after(5).saw(
    service("app", 15, {
      stamp: oldStamp,
      update: update("rollback_paused", {
        message: "update paused due to failure or early termination of task old2",
      }),
    }),
  );
  expect(says(start)).toBe("waits for the evidence of the failed task");
  start.after(0.2).tasks({ current: [failed("old2", 9, { born: 16.3, since: 21 })], revoked: [dead] });
  expect(says(start)).toBe("app rollback-paused, new1, exited");
});
