// Stories with all the evidence that a recorder can bring: memory samples, logs, health checks, the engine's own events,
// gaps. The rules have their own in verdict/stories.ts; these are for what a reader is shown.
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
import { backAgain, old1, rollingBack, standing, updating } from "../verdict/stories.ts";

const limited: Look = { memoryLimitBytes: 256 * 1024 ** 2 };
const wasOld: Look = { stamp: oldStamp, image: "app:1.0" };
const isNew: Look = { stamp: newStamp, image: "app:1.1" };

/** Start-first on a small host: both versions at once are too much, and the container's own limit says so. */
export const outOfMemoryInFull = (log: readonly string[] = bootLog): Story => {
  const told = standing(limited)
    .memory(1_900, { containers: { old1: 180 }, parentMiB: 400 })
    .after(0.01)
    .serviceEvent("update")
    .saw(service("app", 11, { ...isNew, ...limited, previous: { ...wasOld, ...limited } }))
    .after(0.002)
    .deployed()
    .serviceEvent("update", "updating")
    .saw(
      service("app", 12, {
        ...isNew,
        ...limited,
        previous: { ...wasOld, ...limited },
        update: update("updating"),
      }),
    );
  for (const [state, wait] of [
    ["assigned", 0.1],
    ["preparing", 0.1],
    ["starting", 0.3],
  ] as const)
    told.after(wait).tasks({ stale: [old1], fresh: [task("new1", state, { since: seconds(told) })] });
  told.event("start", { task: "new1" });
  for (const [free, used] of [
    [1_500, 90],
    [1_100, 160],
    [640, 235],
  ] as const)
    told
      .after(0.9)
      .memory(free, { containers: { old1: 180, new1: used }, parentMiB: 2_048 - free, pressure });
  const dead = failed("new1", 137, { since: 4.35, image: "app:1.1" });
  told
    .after(1.2)
    .event("oom", { task: "new1", at: at(4.25) })
    .event("die", { task: "new1", exitCode: 137, at: at(4.34) })
    .tasks({ stale: [old1], fresh: [dead] })
    .container("new1", {
      exitCode: 137,
      isOomKilled: true,
      memoryLimitBytes: 256 * 1024 ** 2,
      startedAt: at(0.52),
      finishedAt: at(4.33),
      health: {
        status: "starting",
        checks: [
          { at: at(1.5), exitCode: 1, output: "curl: (7) Failed to connect to localhost port 3000" },
          { at: at(2.5), exitCode: 1, output: "curl: (7) Failed to connect to localhost port 3000" },
          { at: at(3.5), exitCode: 1, output: "" },
        ],
      },
    })
    .log("new1", log)
    .memory(1_750, { containers: { old1: 180 }, kills: { host: 4, parent: 1 }, parentMiB: 300, pressure });
  rollingBack(told, "new1", limited)
    .serviceEvent("update", "rollback_started")
    .tasks({ current: [old1], revoked: [dead] });
  return backAgain(told.after(0.05), limited);
};

const pressure = { some: 12.5, full: 3.1 };
const seconds = (told: Story): number => (told.nowMs - Date.parse(at(0))) / 1000;
const bootLog = [
  "I, [2026-01-05] Booting Puma in cluster mode",
  "I, [2026-01-05] Precompiling assets with 4 workers",
  ...Array.from({ length: 24 }, (_, i) => `I, [2026-01-05] asset ${i + 1} of 310`),
];

/** Another process took the host's memory: no limit, no flag, no event; only the kernel counts. */
export const outOfMemoryOfTheHost = (): Story => {
  const look: Look = { policy: { ...rollsBack, order: "stop-first" } };
  const dead = failed("new1", 137, { since: 4.1 });
  const told = updating(look)
    .after(2.5)
    .memory(300, { containers: { new1: 150 } })
    .after(1.595)
    .event("die", { task: "new1", exitCode: 137 })
    .tasks({ stale: [old1], fresh: [dead] })
    .container("new1", { exitCode: 137 })
    .missed("log of container container-of-new1", "the engine answered 500: log driver none")
    .after(0.4)
    .memory(900, { kills: { host: 4 } });
  rollingBack(told, "new1", look).tasks({
    current: [task("old2", "running", { born: 4.4 })],
    revoked: [dead],
  });
  return backAgain(told.after(2), look);
};

export const segfault = (): Story => {
  const dead = failed("new1", 139, { since: 1.1 });
  const told = updating()
    .after(1.1)
    .tasks({ stale: [old1], fresh: [dead] })
    .container("new1", { exitCode: 139 });
  rollingBack(told, "new1").tasks({ current: [old1], revoked: [dead] });
  return backAgain(told.after(2));
};

/** Three tasks, one after the other, six seconds apart. */
const deathsFrom = (told: Story, start: number, code: number): void => {
  const dead: ReturnType<typeof failed>[] = [];
  for (const n of [0, 1, 2]) {
    const id = `new${n + 1}`;
    dead.push(failed(id, code, { born: start + n * 6 - 2, since: start + n * 6 }));
    told
      .after(start + n * 6 - seconds(told))
      .tasks({ fresh: [...dead, task(`new${n + 2}`, "ready", { born: start + n * 6 })] })
      .container(id, { exitCode: code });
  }
};

const goesOn: Look = { policy: { ...rollsBack, failureAction: "continue" } };
export const continued = (): Story => {
  const told = updating(goesOn);
  deathsFrom(told, 2.4, 3);
  const last = { ...isNew, ...goesOn, previous: { ...wasOld, ...goesOn } };
  return told.saw(service("app", 14, { ...last, update: update("completed", { done: 7.4 }) })).after(1);
};

/** It runs through Swarm's five seconds, and dies in ours. */
export const settledLate = (): Story => {
  const runs = task("new1", "running", { since: 1 });
  const dead = failed("new1", 1, { since: 8.3 });
  return updating()
    .after(1)
    .tasks({ fresh: [runs] })
    .after(5)
    .saw(service("app", 14, { ...isNew, previous: wasOld, update: update("completed", { done: 6 }) }))
    .after(2.3)
    .tasks({ fresh: [dead] })
    .container("new1", { exitCode: 1 })
    .log("new1", ["migrating", "fatal: relation users does not exist"])
    .after(1);
};

const pending = (said: string) =>
  task("new1", "pending", { message: "pending task scheduling", error: said, container: null });
export const portTaken = (): Story =>
  updating()
    .after(0.3)
    .tasks({ stale: [old1], fresh: [pending("no suitable node (host-mode port already in use on 1 node)")] })
    .after(10);

export const noNodeForGlobal = (): Story => {
  const mars: Look = { mode: { is: "global" }, constraints: ["node.labels.zone==mars"] };
  return story()
    .saw(service("app", 10, { ...isNew, ...mars }))
    .tasks({})
    .deployed()
    .after(11);
};

/** The stamp is the head's; an overlay pinned the image of before. */
export const wrongImage = (): Story => {
  const digest = `sha256:${"1f".repeat(32)}`;
  const look: Look = { stamp: newStamp, image: `registry.example.org/app:1.0@${digest}` };
  const images = { [fullName("app")]: "registry.example.org/app:1.1" };
  return story({ services: [service("app", 10, wasOld)], tasks: [old1], images })
    .saw(service("app", 12, { ...look, previous: wasOld, update: update("updating") }))
    .deployed()
    .after(1)
    .tasks({ fresh: [task("new1", "running", { since: 1, image: look.image ?? "" })] })
    .after(5)
    .saw(service("app", 14, { ...look, previous: wasOld, update: update("completed", { done: 6 }) }))
    .after(1);
};

/** A write of labels alone while Swarm watches: the status is erased, and what dies then is restarted for ever. */
export const watchEnded = (): Story => {
  const told = updating()
    .serviceEvent("update")
    .after(1)
    .tasks({ stale: [old1], fresh: [task("new1", "running", { since: 1 })] })
    .after(1)
    .serviceEvent("update")
    .saw(service("app", 17, { ...isNew, labels: { "ops.note": "kept by hand" }, previous: isNew }));
  deathsFrom(told, 4, 1);
  return told.after(1);
};

/** The same spec once more, which changes nothing and erases the status all the same. */
export const resubmitted = (): Story => {
  const told = updating()
    .after(1)
    .saw(service("app", 17, { ...isNew, previous: isNew }));
  deathsFrom(told, 4, 1);
  return told.after(1);
};

/** It dies and dies, and the deadline comes while another service is still on its way: hundreds of moments. */
export const longLoop = (rounds = 20): Story => {
  const told = story({}, ["app", "db"])
    .saw(service("app", 10, isNew), service("db", 20, { image: "db:15" }))
    .tasks({ current: [task("db1", "preparing", { of: "db" })] }, "db")
    .deployed();
  for (let n = 1; n <= rounds; n += 1) {
    const id = `new${n}`;
    const born = seconds(told);
    told.missed(`tasks between readings ${n}`, "the engine was busy");
    for (const state of ["preparing", "starting", "running"])
      told.after(0.5).tasks({ fresh: [task(id, state, { born, since: seconds(told) })] });
    told.after(3).memory(2_000 - n, {});
    told.event("die", { task: id, exitCode: 1 }).tasks({
      fresh: [failed(id, 1, { born, since: seconds(told) }), task("next", "ready", { born: seconds(told) })],
    });
  }
  return told.deadline();
};
