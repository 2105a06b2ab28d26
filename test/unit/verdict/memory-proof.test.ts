// What the kernel's counters prove of a death by SIGKILL, and what they do not.
import { expect, it } from "vitest";
import type { Memory } from "../../../src/verdict/observation.ts";
import { at, failed, type Story } from "../../support/builders.ts";
import { brief } from "./brief.ts";
import * as told from "./stories.ts";

type Kills = { host?: number; parent?: number; container?: number };
/** A host with little memory left, unless told otherwise. */
const sample = (kills: Kills, availableBytes = 0.1e9, full = 0): Memory => {
  const cgroup = (oomKills: number) => ({
    usageBytes: 50e6,
    peakBytes: null,
    limitBytes: null,
    limitHits: 0,
    oomKills,
  });
  return {
    host: { availableBytes, totalBytes: 4e9, oomKills: kills.host ?? 7, pressure: { some: full, full } },
    parent: cgroup(kills.parent ?? 0),
    containers: kills.container === undefined ? {} : { "container-of-new1": cgroup(kills.container) },
  };
};

/** new1 is killed at 4.1 s and rolled back; it is judged 0.1 s after the rollback's end, when a flag could still come. */
const killed = (before: Memory, after: Memory, beforeAt = 2.5, afterAt = 4.11): Story => {
  const start = told.killed(0.1);
  const memory = (seconds: number, memory: Memory) => ({ is: "memory" as const, at: at(seconds), memory });
  return start.noted(memory(beforeAt, before)).noted(memory(afterAt, after));
};
const says = (of: Story) => brief(of.judged()).replace("app rolled-back by swarm, new1, ", "");
const waits = "waits for the evidence of the failed task";

it("no kill on the whole host: memory is ruled out, and nothing more is waited for", () => {
  expect(says(killed(sample({}), sample({})))).toBe("exited");
});
it("the container's own counter is proof", () => {
  expect(says(killed(sample({ container: 0 }), sample({ container: 1 })))).toBe("out-of-memory");
});
it("the host's is proof where nobody else explains it", () => {
  const story = killed(sample({}), sample({ host: 8 }));
  expect(says(story)).toBe("out-of-memory");
  const judgement = story.judged();
  if (judgement.is !== "settled") throw new Error(judgement.is);
  expect(judgement.findings).toMatchObject([
    {
      cause: {
        proof: {
          isFlagged: false,
          oomEventAt: null,
          counters: [{ of: "host", counter: "oom_kill", from: 7, to: 8, fromAt: at(2.5), toAt: at(4.11) }],
        },
      },
    },
  ]);
});
it("… not where the host had memory enough: a kill in any cgroup raises its counter", () => {
  const plenty = 1e9;
  const story = killed(sample({}, plenty), sample({ host: 8 }, plenty));
  expect(says(story)).toBe(waits);
  expect(says(story.after(1))).toBe("exited");
  expect(says(killed(sample({}), sample({ host: 8 }, plenty)))).toBe("out-of-memory");
  expect(says(killed(sample({}, plenty), sample({ host: 8 }, plenty, 20)))).toBe("out-of-memory");
});
it("that of all the engine's containers is proof, whatever the host has", () => {
  const plenty = 1e9;
  const story = killed(sample({}, plenty), sample({ host: 8, parent: 1 }, plenty));
  expect(says(story)).toBe("out-of-memory");
});
it("… not where another container was killed in that very time", () => {
  const story = killed(sample({}), sample({ host: 8 }));
  story.noted({
    is: "event",
    at: at(4),
    event: {
      at: at(4),
      type: "container",
      action: "oom",
      id: "elsewhere",
      service: "other_app",
      task: "elsewhere",
      exitCode: null,
      updateState: null,
    },
  });
  expect(says(story)).toBe(waits);
  expect(says(story.after(1))).toBe("exited");
});
it("… not where the engine itself had killed it", () => {
  const story = killed(sample({}), sample({ host: 8 })).event("kill", { task: "new1" });
  expect(says(story.after(1))).toBe("exited");
});
it("a limit of all containers together that was hit is no kill", () => {
  const after = sample({});
  const hit = { ...after, parent: after.parent && { ...after.parent, limitHits: 99 } };
  expect(says(killed(sample({}), hit))).toBe("exited");
});
it("a sample between the kill and the task's end says nothing of before, nor does one from long ago", () => {
  expect(says(killed(sample({}), sample({}), 3.5))).toBe(waits);
  expect(says(killed(sample({}), sample({}), 0.5))).toBe(waits);
  expect(says(killed(sample({}), sample({ host: 8 }), 3.5).after(1))).toBe("exited");
});
it("no sample after it yet: the flag is waited for", () => {
  expect(says(killed(sample({}), sample({}), 2.5, 4.05))).toBe(waits);
});
it("another exit code than SIGKILL's is no kill, whatever the host's counter says", () => {
  const story = told.exitCode(3);
  story.noted({ is: "memory", at: at(0.05), memory: sample({}) });
  story.noted({ is: "memory", at: at(1.2), memory: sample({ host: 8 }) });
  expect(says(story)).toBe("exited");
});
it("a sample from before the task was made is from before its end, however short it lived", () => {
  const dead = failed("new1", 137, { born: 0.8, since: 1.1 });
  const story = told
    .updating()
    .after(1.1)
    .tasks({ stale: [told.old1], fresh: [dead] });
  told.rollingBack(story, "new1").tasks({ current: [told.old1], revoked: [dead] });
  story.noted({ is: "memory", at: at(0.7), memory: sample({}) });
  story.noted({ is: "memory", at: at(1.15), memory: sample({}) });
  told.backAgain(story.container("new1", { exitCode: 137 }).after(1));
  const judgement = story.judged();
  if (judgement.is !== "settled") throw new Error(judgement.is);
  expect(judgement.findings).toMatchObject([{ death: { memory: { before: { at: at(0.7) } } } }]);
});
