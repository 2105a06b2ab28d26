// The rules, by whole stories: each is told up to the moment at which it is decided.
import { describe, expect, it } from "vitest";
import type { Finding } from "../../../src/verdict/finding.ts";
import { judge, verdictOf } from "../../../src/verdict/verdict.ts";
import {
  at,
  failed,
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

type Row = [name: string, told: Story, says: string];
const tell = (rows: readonly Row[]) =>
  it.each(rows)("%s", (_name, { observations, judged }, says) => {
    expect(observations.length).toBeGreaterThan(0);
    expect(brief(judged())).toBe(says);
  });
const settled = (of: Story): readonly Finding[] => {
  const judgement = of.judged();
  if (judgement.is !== "settled") throw new Error(`not settled: ${brief(judgement)}`);
  return judgement.findings;
};
const theOne = <K extends Finding["is"]>(of: Story, is: K): Extract<Finding, { is: K }> => {
  const found = settled(of).find((f): f is Extract<Finding, { is: K }> => f.is === is);
  if (!found) throw new Error(`no ${is}: ${brief(of.judged())}`);
  return found;
};

describe("a good rollout passes", () => {
  tell([
    ["start-first", told.startFirst(), "good"],
    ["stop-first; the old task was killed at the end of its grace period", told.stopFirst(), "good"],
    ["first install", told.installed(), "good"],
    ["label-only change: nothing rolls, so nothing is watched", told.labelsOnly(), "good"],
    ["no replicas are wanted", told.noReplicas(), "good"],
    ["the deployed tree was dirty, so the stamp ends in +U", told.dirtyTree(), "good"],
    ["the base had failures of old, one for want of memory", told.oldSins(), "good"],
    [
      "a neighbour that this deploy did not write stands paused since last week",
      told.staleNeighbour(),
      "good",
    ],
    ["a job has all its completions", told.jobDone(), "good"],
    ["a one-shot task has ended well", told.oneShotDone(), "good"],
    ["a one-shot service that the upgrade left as it was", told.oneShotUntouched(), "good"],
    [
      "an old rollback_completed stands before, this deploy changes labels",
      told.afterOldTrouble("rollback_completed"),
      "good",
    ],
    ["an old paused stands before, this deploy changes labels", told.afterOldTrouble("paused"), "good"],
  ]);
});

describe("a rollback is told as a rollback, with its cause", () => {
  tell([
    ["out of memory", told.outOfMemory(), "app rolled-back by swarm, new1, out-of-memory"],
    [
      "out of memory, and the flag comes 0.9 s late",
      told.outOfMemory(0.85),
      "app rolled-back by swarm, new1, out-of-memory",
    ],
    ["killed; nothing speaks of memory", told.killed(), "app rolled-back by swarm, new1, exited"],
    ["exit code", told.exitCode(), "app rolled-back by swarm, new1, exited"],
    ["exit 0 where the task was to stay", told.exitZero(), "app rolled-back by swarm, new1, exited"],
    ["unhealthy", told.unhealthy(), "app rolled-back by swarm, new1, unhealthy"],
    [
      "unhealthy, and ends well when told to",
      told.unhealthyExitZero(),
      "app rolled-back by swarm, new1, unhealthy",
    ],
    [
      "merely stopped, which the engine also calls unhealthy",
      told.merelyStopped(),
      "app rolled-back by swarm, new1, exited",
    ],
    [
      "no image",
      told.rejected("No such image: app:1.1"),
      "app rolled-back by swarm, new1, image-unavailable",
    ],
    [
      "bad mount",
      told.rejected('invalid mount config for type "bind": bind source path does not exist: /srv/none'),
      "app rolled-back by swarm, new1, rejected",
    ],
    [
      "bad mount, of a path that speaks of a manifest",
      told.rejected('invalid mount config for type "bind": bind source path does not exist: /srv/manifest'),
      "app rolled-back by swarm, new1, rejected",
    ],
    ["bad entrypoint", told.exitCode(127), "app rolled-back by swarm, new1, exited"],
    [
      "the new spec was never seen live, the task list remembers",
      told.missedLive(),
      "app rolled-back by swarm, new1, exited",
    ],
    ["nothing was seen but the end", told.missedAltogether(), "app rolled-back by swarm, nobody, unknown"],
    [
      "the stamp is the same before and after",
      told.sameStampRolledBack(),
      "app rolled-back by swarm, new1, exited",
    ],
    ["the stamp was wrong besides", told.wrongStampRolledBack(), "app rolled-back by swarm, new1, exited"],
    ["by a person", told.byHand(), "app rolled-back by person, nobody, unknown"],
    ["the rollback failed too", told.rollbackFailed(), "app rollback-paused, new1, exited"],
    ["db is rolled back, app is fine", told.dbRolledBack(), "db rolled-back by swarm, db2, exited"],
  ]);

  it("takes the kernel's words, with their time, as proof", () => {
    expect(theOne(told.outOfMemory(), "rolled-back").cause).toEqual({
      is: "out-of-memory",
      exitCode: 137,
      proof: { isFlagged: true, oomEventAt: at(4.1), counters: [] },
    });
  });

  it("shows the labels of before, of the new spec and of now, and the task that Swarm names", () => {
    const { rollout, death } = theOne(told.outOfMemory(), "rolled-back");
    expect(death?.isNamedBySwarm).toBe(true);
    expect(rollout.applied?.at).toBe(at(0.002));
    expect(rollout.now?.service.version).toBe(15);
    expect(rollout.stamped).toEqual(["new1"]);
  });

  it("remembers what the healthcheck said last", () => {
    expect(theOne(told.unhealthy(), "rolled-back").cause).toEqual({
      is: "unhealthy",
      lastOutput: "connection to /var/run/postgresql refused",
    });
  });

  it("sees a start that failed for what it is", () => {
    const dead = task("new1", "failed", {
      since: 1,
      exitCode: 127,
      error: 'starting container failed: OCI runtime create failed: exec: "nosuch": not found',
    });
    const start = told
      .updating()
      .after(1)
      .tasks({ stale: [told.old1], fresh: [dead] });
    told.rollingBack(start, "new1").tasks({ current: [told.old1], revoked: [dead] });
    expect(theOne(told.backAgain(start.after(5)), "rolled-back").cause.is).toBe("rejected");
  });

  it("names the task that Swarm named, though another died first", () => {
    const first = task("new1", "complete", { since: 0.5, exitCode: 0 });
    const named = task("new2", "failed", { since: 0.9, exitCode: 5, error: "task: non-zero exit (5)" });
    const start = told
      .updating()
      .after(1)
      .tasks({ stale: [told.old1], fresh: [first, named] });
    told.rollingBack(start, "new2").tasks({ current: [told.old1], revoked: [first, named] });
    start.container("new2", { exitCode: 5 });
    expect(theOne(told.backAgain(start.after(2)), "rolled-back").death?.task.id).toBe("new2");
  });

  it("does not count the second new task, which Swarm's own restart left and which never ran", () => {
    const never = task("new2", "shutdown", { since: 1.3, exitCode: 0 });
    const start = told.exitCode();
    start.tasks({ current: [task("old2", "running")], revoked: [never] });
    expect(theOne(start, "rolled-back").rollout.deaths.map((d) => d.task.id)).toEqual(["new1"]);
  });

  it("a task that ended well did not run out of memory, whatever the engine's flag says: it reaches neighbours too", () => {
    const dead = task("new1", "complete", { since: 2, exitCode: 0 });
    const start = told
      .updating()
      .after(2)
      .tasks({ stale: [told.old1], fresh: [dead] });
    start.event("oom", { task: "new1" }).container("new1", { exitCode: 0, isOomKilled: true });
    told.rollingBack(start, "new1").tasks({ current: [told.old1], revoked: [dead] });
    expect(theOne(told.backAgain(start.after(5)), "rolled-back").cause).toEqual({
      is: "exited",
      code: 0,
      signal: null,
    });
  });

  it("a task that the kernel killed while its healthcheck failed ran out of memory", () => {
    const start = told.killed();
    start.event("health_status: unhealthy", { task: "new1" });
    start.container("new1", { exitCode: 137, isOomKilled: true });
    expect(theOne(start, "rolled-back").cause.is).toBe("out-of-memory");
  });

  it("an oom event on a task that did not fail accuses nobody", () => {
    const start = told.startFirst().event("oom", { task: "new1" });
    expect(brief(start.judged())).toBe("good");
    const neighbour = told.neighbourInTrouble(told.exitCode());
    expect(brief(neighbour.judged())).toBe("app rolled-back by swarm, new1, exited");
  });
});

describe("no rollback, and no pass", () => {
  tell([
    ["paused half-way", told.halfWay(), "app update-paused, new1, exited"],
    ["crash loop on the first deploy", told.crashLoop(), "app crash-looping, 3 died, exited"],
    ["one-shot task given up", told.givenUp(), "app crash-looping, 1 died, exited"],
    ["a job's task failed, and none is left", told.jobFailed(), "migrate crash-looping, 1 died, exited"],
    [
      "never scheduled, in the scheduler's words",
      told.neverScheduled(),
      "app unschedulable: no suitable node (insufficient resources on 1 node)",
    ],
    [
      "never healthy",
      told.neverHealthy(),
      "app not-converged: task new1 is starting: its healthcheck has not passed yet",
    ],
    ["the rollback has no end", told.rollbackStuck(), "app not-converged: Swarm's rollback to end"],
    ["removed while we watched", told.removedByHand(), "app service-gone"],
    ["never created", told.neverCreated(), "db service-gone"],
    ["the deployer was refused", told.refused(), "deploy-refused"],
    [
      "the stamp is another's, and ours never stood",
      told.stampedAs("0ddba11c"),
      "app stamp-mismatch never-applied, got 0ddba11c",
    ],
    [
      "the stamp is another's, from a dirty tree",
      told.stampedAs("0ddba11c+U"),
      "app stamp-mismatch never-applied, got 0ddba11c+U",
    ],
    ["no stamp at all", told.stampedAs(null), "app stamp-mismatch absent, got null"],
    [
      "ours stood, and somebody wrote another over it",
      told.overwritten(),
      "app stamp-mismatch overwritten, got 0ddba11c",
    ],
    [
      "ours stood, and somebody took it away",
      told.overwrittenWithNothing(),
      "app stamp-mismatch overwritten, got null",
    ],
    [
      "the deployer left the service alone",
      told.neverTouched(),
      `app stamp-mismatch never-applied, got ${oldStamp}`,
    ],
  ]);

  it("does not read the stamp `7ae7b0f` or `7ae7b0f70` as the commit 7ae7b0f7", () => {
    for (const near of ["7ae7b0f", "7ae7b0f70", "7AE7B0F7", "7ae7b0f7+U+U", "x7ae7b0f7"])
      expect(brief(told.stampedAs(near).judged())).toBe(`app stamp-mismatch never-applied, got ${near}`);
  });

  it("takes a task under the stamp as a witness, though the recorder never saw the stamp live", () => {
    const start = told.stampedAs("0ddba11c");
    start.tasks({
      current: [task("new1", "running")],
      revoked: [task("seen", "shutdown")],
      stale: [told.old1Gone],
    });
    expect(theOne(start, "stamp-mismatch").how).toBe("overwritten");
  });

  it("waits for the flag of a death that paused the update: it comes after the task's own end", () => {
    const start = told.halfWayOutOfMemory();
    expect(brief(start.judged())).not.toBe("app update-paused, new1, exited");
    start.after(0.3).container("new1", { exitCode: 137, isOomKilled: true });
    expect(brief(start.judged())).toBe("app update-paused, new1, out-of-memory");
  });

  it("a service that is up after three deaths is no crash loop", () => {
    const dead = [1, 2, 3].map((n) => failed(`new${n}`, 1, { since: n }));
    const start = told.firstInstall().tasks({ fresh: [...dead, task("new4", "running")] });
    expect(start.judged().is).toBe("open");
    expect(brief(start.after(5).judged())).toBe("good");
  });

  it("a task that stood before is no death of this deploy, though it ends under the same stamp", () => {
    const same = { stamp: newStamp };
    const start = story({ services: [service("app", 10, same)], tasks: [told.old1] })
      .saw(service("app", 12, { ...same, update: update("rollback_completed") }))
      .deployed()
      .tasks({ revoked: [failed("old1", 1, { born: -3600, since: 0 })] })
      .after(5);
    expect(brief(start.judged())).toBe("app rolled-back by swarm, nobody, unknown");
  });

  it("more tasks than are wanted is not converged: the old one of start-first is still there", () => {
    const start = told
      .startFirst()
      .tasks({ current: [{ ...told.old1, slot: 2 }], fresh: [task("new1", "running")] })
      .after(60);
    expect(start.judged().is).toBe("open");
  });

  it("a stamp that the recorder saw, and no task was made under, was overwritten all the same", () => {
    const start = told
      .standing()
      .saw(service("app", 11, { previous: { stamp: oldStamp } }))
      .after(0.1);
    start
      .saw(service("app", 12, { stamp: "0ddba11c", previous: {} }))
      .tasks({ current: [told.old1] })
      .deployed();
    expect(theOne(start, "stamp-mismatch").how).toBe("overwritten");
  });

  it("two services that only wait are two findings at the deadline", () => {
    const waits = (of: string) => task(`${of}9`, "pending", { of, message: "pending task scheduling" });
    const start = story({}, ["app", "db"])
      .saw(service("app", 10), service("db", 11))
      .tasks({ fresh: [waits("app")] })
      .tasks({ current: [waits("db")] }, "db")
      .deployed();
    expect(start.judged().is).toBe("open");
    expect(brief(start.after(60).deadline(60).judged())).toBe(
      "app not-converged: task app9 is pending: pending task scheduling & db not-converged: task db9 is pending: pending task scheduling",
    );
  });

  it("a word that no rule knows is unknown, never a pass, and not excused by the deadline", () => {
    const start = told
      .startFirst()
      .saw(service("app", 15, { previous: { stamp: oldStamp }, update: update("half_baked") }));
    expect(brief(start.judged())).toBe('unknown: UpdateStatus.State "half_baked" of discourse_app');
    expect(start.after(60).deadline().judged().is).toBe("unknown");
  });
});

describe("what is not over is not judged", () => {
  const still = (name: string, of: Story, waitsFor: string, lookAgainAt: number | null = null) =>
    it(name, () => {
      expect(of.judged()).toMatchObject({
        is: "open",
        waitingFor: [waitsFor],
        lookAgainAt: lookAgainAt === null ? null : Date.parse(at(lookAgainAt)),
      });
    });

  still(
    "before the deployer is back, whatever is seen",
    story().saw(service("app", 10)),
    "the deployer to come back",
  );
  still(
    "accepted, not begun: the old task is not up to date",
    told.accepted(),
    `discourse_app has 0 of 1 tasks at the new spec`,
  );
  still(
    "updating",
    told.updating().tasks({ stale: [told.old1], fresh: [task("new1", "starting")] }),
    "task new1 is starting",
  );
  still(
    "a first install holds for 5 s from the moment its task runs",
    told.firstInstall(),
    `discourse_app to stay up for 5 s`,
    7,
  );
  still(
    "… or for as long as its monitor says",
    told.firstInstall({
      policy: { failureAction: "rollback", order: "start-first", monitorMs: 30_000, maxFailureRatio: 0 },
    }),
    `discourse_app to stay up for 30 s`,
    32,
  );
  still(
    "… but no less than 5 s",
    told.firstInstall({
      policy: { failureAction: "rollback", order: "start-first", monitorMs: 1_000, maxFailureRatio: 0 },
    }),
    `discourse_app to stay up for 5 s`,
    7,
  );
  still(
    "an update that Swarm calls completed holds as well",
    told
      .updating()
      .after(1)
      .tasks({ stale: [told.old1Gone], fresh: [task("new1", "running")] })
      .saw(service("app", 14, { update: update("completed", { done: 2 }) })),
    `discourse_app to stay up for 5 s`,
    5.1,
  );
  still("the rollback has begun", told.rollingBack(told.updating(), "new1"), "Swarm's rollback to end");
  still(
    "rolled back, and the flag of a bare 137 may still come",
    told.killed(0.1),
    "the evidence of the failed task",
    5.1,
  );
  still(
    "rolled back, and no failed task is known yet",
    told.backAgain(told.standing().deployed()),
    "the evidence of the failed task",
    5,
  );
  const unread = () =>
    told
      .updating()
      .deployed()
      .after(1)
      .tasks({ fresh: [failed("new1", 3, { since: 1 })] });
  still(
    "rolled back, and the container that failed is not read yet",
    told.backAgain(unread().after(0.1)),
    "the evidence of the failed task",
    6.005,
  );
  it("what is said to be lacking is not waited for", () => {
    const start = unread().missed("container container-of-new1", "the engine had removed it already");
    expect(brief(told.backAgain(start.after(0.1)).judged())).toBe("app rolled-back by swarm, new1, exited");
  });
  still(
    "a job with completions to come",
    told.jobHalfDone(),
    `discourse_migrate has 1 of 2 tasks at the new spec`,
  );
  it("an old task that was told to end may take its time", () => {
    const slow = told
      .startFirst()
      .tasks({ stale: [{ ...told.old1, desired: "shutdown" }], fresh: [task("new1", "running")] });
    expect(brief(slow.judged())).toBe("good");
  });

  it("the hold starts anew when the set of tasks changes", () => {
    const start = told
      .firstInstall()
      .after(4)
      .tasks({ fresh: [task("new1", "failed", { since: 6 }), task("new2", "ready")] });
    start.after(2).tasks({ fresh: [task("new1", "failed", { since: 6 }), task("new2", "running")] });
    expect(start.judged()).toMatchObject({ is: "open", lookAgainAt: Date.parse(at(13.11)) });
    expect(brief(start.after(5).judged())).toBe("good");
  });

  it("two deaths are not a loop yet", () => {
    const start = told.crashLoop();
    const upToTheSecond = start.observations.slice(
      0,
      start.observations.findLastIndex((o) => o.is === "tasks"),
    );
    const again = story();
    for (const observation of upToTheSecond) again.noted(observation);
    expect(again.judged().is).toBe("open");
  });

  it("a scale-up holds too: its new tasks have proved nothing by running for a moment", () => {
    expect(told.scaledUp().judged().is).toBe("open");
    expect(brief(told.scaledUp().after(5).judged())).toBe("good");
  });

  it("a base with a healthcheck is ground enough as soon as it is healthy", () => {
    const standing = (hasHealthcheck: boolean) =>
      story({ isUnderTest: false })
        .saw(service("app", 10, { hasHealthcheck }))
        .tasks({ fresh: [task("new1", "running")] })
        .deployed();
    expect(brief(standing(true).judged())).toBe("good");
    expect(standing(false).judged().is).toBe("open");
  });
});

describe("at the edges", () => {
  it("an update status of before, on a service that was written since, is a leftover by its StartedAt", () => {
    const trouble = update("rollback_completed", { started: -900 });
    const was = { stamp: oldStamp, update: trouble };
    const start = story({ services: [service("app", 10, was)], tasks: [told.old1] })
      .after(0.01)
      .saw(service("app", 11, { update: trouble }))
      .tasks({ current: [told.old1] })
      .deployed()
      .after(5);
    expect(brief(start.judged())).toBe("good");
  });

  it("a rollback that ends just before the deadline is a rollback", () => {
    expect(brief(told.killed(0.1).deadline().judged())).toBe("app rolled-back by swarm, new1, exited");
  });

  it("a record that does not say what stood before is no ground for a pass", () => {
    const { observations, nowMs } = told.startFirst();
    const rest = observations.filter((o) => o.is !== "before");
    expect(brief(judge(rest, nowMs))).not.toBe("good");
    expect(brief(judge([...rest, ...story().deployed().observations.slice(1)], nowMs))).not.toBe("good");
  });

  it("a global service that has no node to run on has not converged", () => {
    expect(brief(told.globalOnNoNode().judged())).not.toBe("good");
  });

  it("only the last rollout of a record is judged: a rolled-back base says nothing of the head", () => {
    const [first, second] = [told.exitCode(), told.startFirst()];
    const record = [...first.observations, ...second.observations];
    expect(brief(judge(record, second.nowMs))).toBe("good");
  });

  it("makes a fail of findings, and a pass of none", () => {
    const finding: Finding = { is: "deploy-refused", by: "docker stack deploy", said: "no" };
    expect(verdictOf([])).toEqual({ is: "pass" });
    expect(verdictOf([finding])).toEqual({ is: "fail", findings: [finding] });
  });
});
