// A swarm of many nodes: what the engine's own host has to say counts for the tasks on its own node, and for no others.
import { describe, expect, it } from "vitest";
import { whereaboutsOf } from "../../../src/verdict/elsewhere.ts";
import type { Finding } from "../../../src/verdict/finding.ts";
import { causeOf, isMemoryRuledOut } from "../../../src/verdict/rules/cause.ts";
import { judge } from "../../../src/verdict/verdict.ts";
import { failed, type Story, task } from "../../support/builders.ts";
import * as told from "./stories.ts";

const found = (story: Story): Finding => {
  const judgement = story.judged();
  const finding = judgement.is === "settled" ? judgement.findings[0] : undefined;
  if (!finding) throw new Error(JSON.stringify(judgement));
  return finding;
};
const rolledBack = (story: Story) => {
  const finding = found(story);
  if (finding.is !== "rolled-back" || !finding.death) throw new Error(finding.is);
  return { ...finding, death: finding.death };
};

describe("a death on another node", () => {
  it("is judged the moment that Swarm is done: what its container left will not come", () => {
    expect(rolledBack(told.killedElsewhere()).death).toMatchObject({ elsewhere: "node1", container: null });
  });

  it("by SIGKILL is no want of memory, though this host's kernel killed in that second", () => {
    const { cause, death } = rolledBack(told.killedElsewhere());
    expect(cause).toEqual({ is: "exited", code: 137, signal: "SIGKILL" });
    expect(death.memory).toBeNull();
    expect(causeOf(death)).toEqual(cause);
  });

  it("is not cleared of it either by counters of this host that stood still", () => {
    const calm = told.killedElsewhere();
    const observations = calm.observations.map((o) =>
      o.is === "memory" ? { ...o, memory: { ...o.memory, host: { ...o.memory.host, oomKills: 3 } } } : o,
    );
    const here = told.killed(2);
    expect(isMemoryRuledOut(rolledBack(retold(calm, observations)).death)).toBe(false);
    expect(rolledBack(here).death.elsewhere).toBeNull();
  });

  it("keeps its last lines, and leaves the memory of this host out of its rollout", () => {
    const { death, rollout } = rolledBack(told.killedElsewhere());
    expect(death.log).toEqual(["starting", "loading everything into memory"]);
    expect(rollout.whereabouts).toBe("elsewhere");
    expect(rollout.memory).toEqual([]);
  });

  it("in a record that does not say which node was the engine's own is taken as on it", () => {
    const story = told.killedElsewhere(2);
    const observations = story.observations.map((o) => (o.is === "before" ? { ...o, node: null } : o));
    const { death, rollout, cause } = rolledBack(retold(story, observations));
    expect(death.elsewhere).toBeNull();
    expect(cause).toMatchObject({
      is: "out-of-memory",
      proof: { counters: [{ of: "host", from: 3, to: 4 }] },
    });
    expect(rollout.whereabouts).toBe("here");
  });
});

/** The same story with other observations, at the same moment. */
const retold = (story: Story, observations: Story["observations"]): Story => ({
  ...story,
  observations,
  judged: () => judge(observations, story.nowMs),
});

it("tasks are here, elsewhere or both; one that no node has taken is nowhere", () => {
  const pending = task("p", "pending", { node: null });
  const [here, there] = [task("a", "running"), failed("b", 1, { node: "node2" })];
  expect(whereaboutsOf([], "node1")).toBe("here");
  expect(whereaboutsOf([pending, here], "node1")).toBe("here");
  expect(whereaboutsOf([pending, there], "node1")).toBe("elsewhere");
  expect(whereaboutsOf([here, there], "node1")).toBe("both");
  expect(whereaboutsOf([here, there], null)).toBe("here");
});
