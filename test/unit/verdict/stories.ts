// The stories that the rules and the reports are tested with, modelled on traces of real engines: each function tells
// one, up to the moment at which it is decided. The seconds are those that were measured.
import {
  at,
  failed,
  fullName,
  type Look,
  newStamp,
  oldStamp,
  rollsBack,
  type Story,
  service,
  story,
  task,
  update,
} from "../../support/builders.ts";

export const old1 = task("old1", "running", { born: -3600 });
const old1Leaving = { ...old1, desired: "shutdown" };
export const old1Gone = task("old1", "shutdown", { born: -3600, since: 1.2 });
const db1 = task("db1", "running", { of: "db", born: -3600 });

const older: Look = { stamp: "5eed0000", image: "app:0.9" };
const wasOld: Look = { stamp: oldStamp, image: "app:1.0" };
const isNew: Look = { stamp: newStamp, image: "app:1.1" };
/** What Swarm says of a task of this update that failed; it drops the name again when the rollback is done. */
const blames = (verb: string, id: string) => `${verb} due to failure or early termination of task ${id}`;

/** The base runs since an hour; its own update, long ago, was good. */
export const standing = (look: Look = {}, node = "node1"): Story =>
  story({
    node,
    services: [
      service("app", 10, {
        ...wasOld,
        ...look,
        previous: older,
        update: update("completed", { started: -3600, done: -3595 }),
      }),
    ],
    tasks: [old1],
  });
/** The spec is in, and Swarm has not begun: no task changed yet. */
export const accepted = (look: Look = {}, node = "node1"): Story =>
  standing(look, node)
    .after(0.002)
    .saw(service("app", 11, { ...isNew, ...look, previous: { ...wasOld, ...look } }))
    .tasks({ stale: [old1] })
    .after(0.002)
    .deployed();
export const updating = (look: Look = {}, node = "node1"): Story =>
  accepted(look, node)
    .after(0.001)
    .saw(
      service("app", 12, { ...isNew, ...look, previous: { ...wasOld, ...look }, update: update("updating") }),
    );
const completed = (told: Story, look: Look = {}): Story =>
  told.saw(
    service("app", 14, {
      ...isNew,
      ...look,
      previous: { ...wasOld, ...look },
      update: update("completed", { done: 6 }),
    }),
  );
const paused = (told: Story, id: string, look: Look = {}): Story =>
  told.saw(
    service("app", 13, {
      ...isNew,
      ...look,
      previous: { ...wasOld, ...look },
      update: update("paused", { message: blames("update paused", id) }),
    }),
  );
/** From this moment no reading shows the failed stamp, and PreviousSpec is gone. */
export const rollingBack = (told: Story, id: string, look: Look = {}): Story =>
  told.after(0.1).saw(
    service("app", 13, {
      ...wasOld,
      ...look,
      update: update("rollback_started", { message: blames("update rolled back", id) }),
    }),
  );
export const backAgain = (told: Story, look: Look = {}): Story =>
  told.saw(service("app", 15, { ...wasOld, ...look, update: update("rollback_completed", { done: 8 }) }));

// ── good ones ────────────────────────────────────────────────────────────────

export const startFirst = (): Story => {
  const told = updating()
    .tasks({ stale: [old1], fresh: [task("new1", "starting")] })
    .after(1)
    .tasks({ stale: [old1Leaving], fresh: [task("new1", "running")] })
    .after(0.2)
    .tasks({ stale: [old1Gone], fresh: [task("new1", "running")] })
    .after(5);
  return completed(told);
};

/** PID 1 ignores SIGTERM: the old task ends after its grace period, killed, and nobody is to blame. */
export const stopFirst = (): Story => {
  const look: Look = { policy: { ...rollsBack, order: "stop-first" } };
  const killed = task("old1", "shutdown", { born: -3600, since: 12, exitCode: 137 });
  const told = updating(look)
    .tasks({ stale: [old1Leaving], fresh: [task("new1", "ready")] })
    .after(12)
    .event("die", { task: "old1", exitCode: 137 })
    .container("old1", { exitCode: 137 })
    .tasks({ stale: [killed], fresh: [task("new1", "starting")] })
    .after(1)
    .tasks({ stale: [killed], fresh: [task("new1", "running")] })
    .after(5);
  return completed(told, look);
};

/** The first deploy: Swarm itself never says a word about it. */
export const firstInstall = (look: Look = {}): Story =>
  story()
    .after(0.01)
    .saw(service("app", 10, { ...isNew, ...look }))
    .tasks({ fresh: [task("new1", "preparing")] })
    .after(0.1)
    .deployed()
    .after(2)
    .tasks({ fresh: [task("new1", "running", { since: 2 })] });
export const installed = (): Story => firstInstall().after(5);

export const labelsOnly = (): Story =>
  standing()
    .after(0.002)
    .saw(service("app", 11, { ...wasOld, stamp: newStamp, previous: wasOld }))
    .tasks({ current: [old1] })
    .deployed();

const asleep: Look = { mode: { is: "replicated", replicas: 0 } };
export const noReplicas = (): Story =>
  story({ services: [service("app", 10, { ...wasOld, ...asleep })] })
    .after(0.002)
    .saw(service("app", 11, { ...isNew, ...asleep, previous: { ...wasOld, ...asleep } }))
    .tasks({})
    .deployed();

// ── rolled back ──────────────────────────────────────────────────────────────

/**
 * The one that this bot was made for: the old task runs all along, and the app looks healthy. `flagAfter` is how long
 * after the death the kernel's flag comes.
 */
export const outOfMemory = (flagAfter = 0.1): Story => {
  const dead = failed("new1", 137, { since: 4.1 });
  const told = updating()
    .tasks({ current: [], stale: [old1], fresh: [task("new1", "starting")] })
    .after(4.095)
    .event("oom", { task: "new1" })
    .event("die", { task: "new1", exitCode: 137 })
    .tasks({ stale: [old1], fresh: [dead] })
    .container("new1", { exitCode: 137, finishedAt: at(4.1) });
  rollingBack(told, "new1").tasks({ current: [old1], revoked: [dead] });
  return backAgain(told.after(0.005))
    .after(flagAfter)
    .container("new1", { exitCode: 137, isOomKilled: true, finishedAt: at(4.1) });
};

/** A death by SIGKILL, of which nothing else is known. `sinceBack` is when it is judged, after the rollback's end. */
export const killed = (sinceBack = 2): Story => {
  const dead = failed("new1", 137, { since: 4.1 });
  const told = updating()
    .after(4.095)
    .event("die", { task: "new1", exitCode: 137 })
    .tasks({ stale: [old1], fresh: [dead] })
    .container("new1", { exitCode: 137 });
  rollingBack(told, "new1").tasks({ current: [old1], revoked: [dead] });
  return backAgain(told.after(0.005)).after(sinceBack);
};

/** The tasks are on `node1` as ever, and the engine's own node is another: no event, no container, and a kill on its own host. */
export const killedElsewhere = (sinceBack = 0): Story => {
  const dead = failed("new1", 137, { since: 4.1 });
  const told = updating({ memoryLimitBytes: 16 * 1024 ** 2, hasHealthcheck: true }, "manager1")
    .memory(120)
    .after(1.5)
    .memory(110, { kills: { host: 3 } })
    .after(2.595)
    .tasks({ stale: [old1], fresh: [dead] })
    .memory(100, { kills: { host: 4 } })
    .event("oom", { service: fullName("neighbour"), task: "other", at: at(4.2) })
    .missed("container container-of-new1", "not on this node (it was on node node1)")
    .log("new1", ["starting", "loading everything into memory"]);
  rollingBack(told, "new1").tasks({ current: [old1], revoked: [dead] });
  return backAgain(told.after(0.005)).after(sinceBack);
};

/** Start-first without a healthcheck: Swarm stops the old task at once, and has to start it anew. */
export const exitCode = (code = 3): Story => {
  const dead = failed("new1", code, { since: 1.1 });
  const told = updating()
    .tasks({ stale: [old1Leaving], fresh: [task("new1", "running")] })
    .after(1.1)
    .event("die", { task: "new1", exitCode: code })
    .tasks({ stale: [old1Leaving], fresh: [dead] })
    .container("new1", { exitCode: code });
  rollingBack(told, "new1").tasks({ stale: [old1Leaving], revoked: [dead] });
  return backAgain(told.after(0.004))
    .after(2)
    .tasks({ current: [task("old2", "running", { born: 1.3 })], stale: [old1Gone], revoked: [dead] });
};

/** Exit 0 counts as a failure where the task was to stay. */
export const exitZero = (): Story => {
  const dead = task("new1", "complete", { since: 2.1, exitCode: 0, message: "finished" });
  const told = updating()
    .after(2.1)
    .tasks({ stale: [old1Leaving], fresh: [dead] })
    .container("new1", { exitCode: 0 });
  rollingBack(told, "new1").tasks({ current: [old1], revoked: [dead] });
  return backAgain(told.after(2));
};

export const unhealthy = (): Story => {
  const dead = failed("new1", 137, { since: 7, because: "dockerexec: unhealthy container" });
  const told = updating()
    .tasks({ stale: [old1], fresh: [task("new1", "starting")] })
    .after(6.9)
    .event("health_status: unhealthy", { task: "new1" })
    .after(0.1)
    .event("die", { task: "new1", exitCode: 137 })
    .tasks({ stale: [old1], fresh: [dead] })
    .container("new1", {
      exitCode: 137,
      health: {
        status: "unhealthy",
        checks: [{ at: at(0), exitCode: 1, output: "connection to /var/run/postgresql refused" }],
      },
    });
  rollingBack(told, "new1").tasks({ current: [old1], revoked: [dead] });
  return backAgain(told.after(5));
};

/** The same, by an app that ends well when it is told to: of the cause only the event is left. */
export const unhealthyExitZero = (): Story => {
  const dead = task("new1", "complete", { since: 7, exitCode: 0, message: "finished" });
  const told = updating()
    .after(6.9)
    .event("health_status: unhealthy", { task: "new1" })
    .after(0.1)
    .tasks({ stale: [old1], fresh: [dead] });
  rollingBack(told, "new1").tasks({ current: [old1], revoked: [dead] });
  return backAgain(told.after(5));
};

/** The engine calls the healthcheck of every stopped container unhealthy. */
export const merelyStopped = (): Story => {
  const told = updating();
  const dead = failed("new1", 3, { since: 1.5, message: "starting" });
  told
    .after(1.5)
    .tasks({ stale: [old1], fresh: [dead] })
    .container("new1", {
      exitCode: 3,
      health: { status: "unhealthy", checks: [{ at: at(0), exitCode: 1, output: "" }] },
    });
  rollingBack(told, "new1").tasks({ current: [old1], revoked: [dead] });
  return backAgain(told.after(5));
};

export const rejected = (error: string): Story => {
  const dead = task("new1", "rejected", { since: 0.2, message: "preparing", error, container: null });
  const told = updating()
    .after(0.2)
    .tasks({ stale: [old1], fresh: [dead] });
  rollingBack(told, "new1").tasks({ current: [old1], revoked: [dead] });
  return backAgain(told.after(5));
};

/** The new spec stood for less than 0.2 s, and the recorder looked too late; Swarm's own task list remembers. */
export const missedLive = (look: Look = {}): Story => {
  const dead = failed("new1", 7, { since: 0.9 });
  const told = standing(look).after(1).deployed();
  return backAgain(told, look)
    .tasks({ current: [old1], revoked: [dead] })
    .after(5);
};

export const missedAltogether = (): Story =>
  backAgain(standing().after(1).deployed())
    .tasks({ current: [old1] })
    .after(5);

/** The deploy of the very commit that stands already: the stamp is right before, in between and after. */
export const sameStampRolledBack = (): Story => {
  const same: Look = { stamp: newStamp };
  const dead = failed("new1", 1, { since: 1.1 });
  const told = updating(same)
    .after(1.1)
    .tasks({ stale: [old1], fresh: [dead] });
  rollingBack(told, "new1", same).tasks({ current: [old1], revoked: [dead] });
  return backAgain(told.after(5), same);
};

/** The deployer stamped another commit than the one under test, and that one failed besides. */
export const wrongStampRolledBack = (): Story => {
  const wrong: Look = { stamp: "0ddba11c" };
  const dead = failed("new1", 5, { since: 1.1 });
  const told = standing()
    .after(0.002)
    .saw(service("app", 12, { ...wrong, image: "app:1.1", previous: wasOld, update: update("updating") }))
    .deployed()
    .after(1.1)
    .tasks({ stale: [old1], current: [dead] });
  rollingBack(told, "new1").tasks({ current: [old1], stale: [dead] });
  return backAgain(told.after(5));
};

/** `docker service rollback`, after a good update: Swarm keeps the newer spec as PreviousSpec. */
export const byHand = (): Story =>
  startFirst()
    .after(1)
    .saw(
      service("app", 16, {
        ...wasOld,
        previous: isNew,
        update: update("rollback_started", { started: 7, message: "manually requested rollback" }),
      }),
    )
    .after(3)
    .saw(
      service("app", 18, {
        ...wasOld,
        previous: isNew,
        update: update("rollback_completed", { started: 7, done: 10 }),
      }),
    )
    .tasks({ current: [task("old2", "running", { born: 7.1 })], stale: [task("new1", "shutdown")] })
    .after(2);

/** `old` cannot start again either, since the new version changed something on the way. */
export const rollbackFailed = (): Story => {
  const dead = failed("new1", 4, { since: 16.1 });
  const told = updating()
    .after(16.1)
    .tasks({ stale: [old1Gone], fresh: [dead] })
    .container("new1", { exitCode: 4 });
  rollingBack(told, "new1").tasks({ current: [task("old2", "starting", { born: 16.3 })], revoked: [dead] });
  return told
    .after(5)
    .saw(
      service("app", 15, {
        ...wasOld,
        update: update("rollback_paused", { message: blames("update paused", "old2") }),
      }),
    )
    .tasks({ current: [failed("old2", 9, { born: 16.3, since: 21 })], revoked: [dead] });
};

/** The old version does not come up again, and nothing ever says that it will not. */
export const rollbackStuck = (): Story => {
  const dead = failed("new1", 4, { since: 16.1 });
  const told = updating()
    .after(16.1)
    .tasks({ stale: [old1Gone], fresh: [dead] })
    .after(0.1);
  const waits = task("old2", "pending", {
    born: 16.3,
    error: "no suitable node (insufficient resources on 1 node)",
    container: null,
  });
  return rollingBack(told, "new1")
    .tasks({ current: [waits], stale: [old1Gone], revoked: [dead] })
    .after(284)
    .deadline();
};

// ── stopped half-way, looping, stuck ─────────────────────────────────────────

const pauses: Look = { policy: null };
export const halfWay = (): Story => {
  const dead = failed("new1", 1, { since: 2 });
  const told = updating(pauses)
    .after(2)
    .event("die", { task: "new1", exitCode: 1 })
    .tasks({ stale: [old1Gone], fresh: [dead] })
    .container("new1", { exitCode: 1 })
    .after(0.1);
  return paused(told, "new1", pauses).tasks({
    stale: [old1Gone],
    fresh: [dead, task("new2", "ready", { born: 2.1 })],
  });
};

/** As `halfWay`, for want of memory; the container has not been read yet. */
export const halfWayOutOfMemory = (): Story => {
  const dead = failed("new1", 137, { since: 2 });
  const told = updating(pauses)
    .after(2)
    .tasks({ stale: [old1Gone], fresh: [dead] });
  return paused(told.after(0.01), "new1", pauses).tasks({ stale: [old1Gone], fresh: [dead] });
};

/** Fails at 3.0, 9.6 and 16.0 s, and would for ever. */
export const crashLoop = (): Story => {
  const first = failed("new1", 1, { since: 3 });
  const second = failed("new2", 1, { born: 3, since: 9.6 });
  const third = failed("new3", 1, { born: 9.6, since: 16 });
  return story()
    .saw(service("app", 10, isNew))
    .tasks({ fresh: [task("new1", "starting")] })
    .after(0.1)
    .deployed()
    .after(2.9)
    .tasks({ fresh: [first, task("new2", "ready")] })
    .container("new1", { exitCode: 1 })
    .after(6)
    .tasks({ fresh: [first, task("new2", "running", { born: 3, since: 9 })] })
    .after(0.6)
    .tasks({ fresh: [first, second, task("new3", "ready")] })
    .container("new2", { exitCode: 1 })
    .after(6.4)
    .tasks({ fresh: [first, second, third, task("new4", "ready")] })
    .container("new3", { exitCode: 1 });
};

/** Restart policy `none`: the one task has failed, and no other follows. */
export const givenUp = (): Story =>
  story()
    .saw(service("app", 10, { ...isNew, restart: "none" }))
    .tasks({ fresh: [task("new1", "starting")] })
    .deployed()
    .after(3)
    .tasks({ fresh: [failed("new1", 2, { since: 3 })] })
    .container("new1", { exitCode: 2 });

/** Its healthcheck fails, and its start_period hides that: Swarm waits for ever. */
export const neverHealthy = (): Story =>
  updating({ hasHealthcheck: true })
    .tasks({ stale: [old1], fresh: [task("new1", "starting", { message: "starting" })] })
    .after(300)
    .deadline();

export const neverScheduled = (): Story => {
  const waits = task("new1", "pending", {
    message: "pending task scheduling",
    error: "no suitable node (insufficient resources on 1 node)",
    container: null,
  });
  return updating()
    .tasks({ stale: [old1], fresh: [waits] })
    .after(300)
    .deadline();
};

// ── the stamp ────────────────────────────────────────────────────────────────

const otherWriter = (stamp: string | null): Story =>
  startFirst()
    .after(0.5)
    .saw(service("app", 16, { ...isNew, stamp, previous: isNew }))
    .tasks({ current: [task("new1", "running")], stale: [old1Gone] });
export const overwritten = (): Story => otherWriter("0ddba11c");
export const overwrittenWithNothing = (): Story => otherWriter(null);

/** The deployer put a stamp of its own on the service. */
export const stampedAs = (stamp: string | null): Story => {
  const look: Look = { stamp, image: "app:1.1" };
  return standing()
    .after(0.002)
    .saw(service("app", 12, { ...look, previous: wasOld, update: update("updating") }))
    .deployed()
    .after(1)
    .tasks({ current: [task("new1", "running")], stale: [old1Gone] })
    .after(5)
    .saw(service("app", 14, { ...look, previous: wasOld, update: update("completed", { done: 6 }) }));
};
export const dirtyTree = (): Story => {
  const told = stampedAs(`${newStamp}+U`);
  return told.tasks({ current: [task("new1", "running")], stale: [old1Gone] });
};

/** The deployer said that all was well, and left the service alone. */
export const neverTouched = (): Story =>
  standing()
    .after(0.5)
    .tasks({ current: [old1] })
    .deployed()
    .after(2);

// ── two services ─────────────────────────────────────────────────────────────

const both = ["app", "db"];
const dbWas: Look = { image: "db:14" };
const dbIs: Look = { image: "db:15" };

const pair = (): Story =>
  story(
    {
      services: [service("app", 10, wasOld), service("db", 20, dbWas)],
      tasks: [old1, db1],
    },
    both,
  )
    .after(0.002)
    .saw(service("app", 12, { ...isNew, previous: wasOld, update: update("updating") }))
    .after(0.01)
    .saw(service("db", 22, { ...dbIs, previous: dbWas, update: update("updating", { started: 0.01 }) }))
    .deployed()
    .tasks({ stale: [old1], fresh: [task("new1", "starting")] })
    .tasks({ stale: [db1], current: [task("db2", "starting", { of: "db" })] }, "db");

export const dbRolledBack = (): Story => {
  const dead = failed("db2", 1, { of: "db", since: 1.5 });
  return pair()
    .after(1.2)
    .tasks({ stale: [old1Gone], fresh: [task("new1", "running")] })
    .after(0.3)
    .tasks({ stale: [db1], current: [dead] }, "db")
    .container("db2", { exitCode: 1 })
    .after(0.1)
    .saw(
      service("db", 23, {
        ...dbWas,
        update: update("rollback_started", { started: 0.01, message: blames("update rolled back", "db2") }),
      }),
    )
    .tasks({ current: [db1], stale: [dead] }, "db")
    .after(4.6)
    .saw(service("app", 14, { ...isNew, previous: wasOld, update: update("completed", { done: 6 }) }))
    .after(1)
    .saw(service("db", 25, { ...dbWas, update: update("rollback_completed", { started: 0.01, done: 7 }) }));
};

/** `db` stands paused since last week, and this deploy does not write it. */
export const staleNeighbour = (): Story => {
  const stuck = service("db", 20, {
    ...dbWas,
    update: update("paused", { started: -90_000, message: blames("update paused", "dead0") }),
  });
  const loops = task("db9", "failed", { of: "db", born: -90_000, since: -89_000, exitCode: 1 });
  return story({ services: [service("app", 10, wasOld), stuck], tasks: [old1, db1, loops] }, both)
    .after(0.002)
    .saw(service("app", 12, { ...isNew, previous: wasOld, update: update("updating") }))
    .tasks({ stale: [db1, loops] }, "db")
    .deployed()
    .after(1)
    .tasks({ stale: [old1Gone], fresh: [task("new1", "running")] })
    .after(5)
    .saw(service("app", 14, { ...isNew, previous: wasOld, update: update("completed", { done: 6 }) }));
};

export const removedByHand = (): Story => updating().after(1).gone("app");
export const neverCreated = (): Story =>
  story({}, both)
    .saw(service("app", 10, isNew))
    .tasks({ fresh: [task("new1", "running")] })
    .deployed()
    .after(6);

export const refused = (): Story =>
  standing().after(0.1).deployed(1, "failed to create service: network missing_net not found");

// ── history that accuses nobody ──────────────────────────────────────────────

const sins = [
  failed("sin1", 1, { born: -9000, since: -8990 }),
  failed("sin2", 137, { born: -8000, since: -7990 }),
  task("sin3", "rejected", { born: -7000, since: -6990, error: "No such image: app:0.9" }),
];
/** A base with failures of old, one of them for want of memory; then a good update. */
export const oldSins = (): Story => {
  const told = story({ services: [service("app", 10, wasOld)], tasks: [old1, ...sins] })
    .after(0.002)
    .saw(service("app", 12, { ...isNew, previous: wasOld, update: update("updating") }))
    .container("sin2", { exitCode: 137, isOomKilled: true })
    .event("oom", { task: "sin2" })
    .tasks({ stale: [old1, ...sins], fresh: [task("new1", "starting")] })
    .deployed()
    .after(1)
    .tasks({ stale: [old1Gone, ...sins], fresh: [task("new1", "running")] })
    .after(5);
  return completed(told);
};

/** An earlier deploy was rolled back (or paused); this one changes labels only, so Swarm writes no status of its own. */
export const afterOldTrouble = (state: string): Story => {
  const trouble = update(state, { started: -900, message: blames("update paused", "dead0") });
  return story({ services: [service("app", 10, { ...wasOld, update: trouble })], tasks: [old1] })
    .after(0.002)
    .saw(service("app", 11, { ...wasOld, stamp: newStamp, previous: wasOld }))
    .tasks({ current: [old1] })
    .deployed();
};

// ── jobs and tasks that end for good ─────────────────────────────────────────

const job: Look = { mode: { is: "job", completions: 2 }, restart: "none", stamp: null, policy: null };
const done = (id: string, more: Parameters<typeof task>[2] = {}) =>
  task(id, "complete", { of: "migrate", exitCode: 0, message: "finished", desired: "complete", ...more });
const withJob = (): Story =>
  story({}, ["app", "migrate"])
    .saw(service("app", 10, isNew), service("migrate", 11, job))
    .tasks({ fresh: [task("new1", "running", { since: 1 })] })
    .deployed();
export const jobHalfDone = (): Story =>
  withJob()
    .tasks({ current: [done("m1"), task("m2", "running", { of: "migrate" })] }, "migrate")
    .after(6);
export const jobDone = (): Story =>
  withJob()
    .tasks({ current: [done("m1"), done("m2")] }, "migrate")
    .after(6);
export const jobFailed = (): Story =>
  withJob()
    .tasks({ current: [done("m1"), failed("m2", 1, { of: "migrate" })] }, "migrate")
    .after(6);

const oneShot: Look = { restart: "on-failure", stamp: null };
export const oneShotDone = (): Story =>
  story({}, ["app", "migrate"])
    .saw(service("app", 10, isNew), service("migrate", 11, oneShot))
    .tasks({ fresh: [task("new1", "running", { since: 1 })] })
    .tasks({ current: [done("m1")] }, "migrate")
    .deployed()
    .after(6);
/** The upgrade writes the service anew, as every deploy does, and changes nothing of it: its task stays as it ended. */
export const oneShotUntouched = (): Story =>
  story(
    {
      services: [service("app", 10, wasOld), service("migrate", 11, oneShot)],
      tasks: [old1, done("m1", { born: -3600 })],
    },
    ["app", "migrate"],
  )
    .saw(service("app", 12, { ...wasOld, stamp: newStamp, previous: wasOld }))
    .saw(service("migrate", 13, { ...oneShot, previous: oneShot }))
    .tasks({ current: [old1] })
    .tasks({ current: [done("m1", { born: -3600 })] }, "migrate")
    .deployed()
    .after(1);

const everywhere: Look = { mode: { is: "global" } };
export const globalOnNoNode = (): Story => {
  const told = updating(everywhere)
    .after(1)
    .tasks({ stale: [old1Gone] });
  return completed(told, everywhere).after(10);
};

/** One replica becomes three. Swarm gives no status for that, and two of the three die as soon as they run. */
export const scaledUp = (): Story => {
  const three: Look = { stamp: newStamp, image: "app:1.0", mode: { is: "replicated", replicas: 3 } };
  return standing()
    .after(0.002)
    .saw(service("app", 11, { ...three, previous: wasOld }))
    .deployed()
    .after(1)
    .tasks({
      current: [old1],
      fresh: [task("new1", "running", { slot: 2 }), task("new2", "running", { slot: 3 })],
    });
};

/** Another service of the stack, and of a wholly other one: what they suffer is not the app's. */
export const neighbourInTrouble = (told: Story): Story =>
  told
    .event("oom", { task: "elsewhere", service: "other_app" })
    .container("elsewhere", { isOomKilled: true, exitCode: 137 })
    .event("health_status: unhealthy", { task: "db1", service: fullName("db") });
