/** Rollouts with nothing wrong in them, on a real engine: what passes, and what need not be waited for. */
import { expect, it } from "vitest";
import type { StageResult } from "../../../src/run/stage-result.ts";
import type { Observation } from "../../../src/verdict/observation.ts";
import { rolloutsIn } from "../../../src/verdict/rollout.ts";
import { judge } from "../../../src/verdict/verdict.ts";
import { engineFolder, play } from "../../support/play.ts";
import { rollsBack, type Shape } from "../../support/recipes-rollouts.ts";

/** Swarm refuses an update policy on a job. */
const noUpdates = { update_config: undefined, rollback_config: undefined };
const folder = engineFolder();
const last = (results: readonly StageResult[]): readonly Observation[] => {
  expect(results.map((r) => r.verdict)).toEqual(results.map(() => ({ is: "pass" })));
  return results.at(-1)?.observations ?? [];
};
/** What the rules say at the moment at which the deployer was back. */
const atTheReturn = (seen: readonly Observation[]) => {
  const returned = seen.findLastIndex((o) => o.is === "deployed");
  return judge(seen.slice(0, returned + 1), Date.parse(seen[returned]?.at ?? ""));
};
const idsOf = (tasks: readonly { id: string }[] | undefined) => tasks?.map((t) => t.id).sort();

it.concurrent("the same commit again rolls nothing, and is settled the moment the deployer is back", async () => {
  const seen = last(await play(folder, "same", { heads: { head: {} }, order: ["head", "head"] }));
  const [rollout] = rolloutsIn(seen);
  expect(idsOf(rollout?.tasks)).toEqual(idsOf(rollout?.olderTasks));
  expect(rollout?.now?.service.update).toBeNull();
  expect(atTheReturn(seen)).toEqual({ is: "settled", findings: [] });
});

it.concurrent("no replicas, then and now: settled the moment the deployer is back", async () => {
  const deploy = { replicas: 0 };
  const seen = last(await play(folder, "none", { base: { deploy }, heads: { head: { deploy } } }));
  expect(rolloutsIn(seen)[0]?.tasks).toEqual([]);
  expect(atTheReturn(seen)).toEqual({ is: "settled", findings: [] });
});

it.concurrent("a global service rolls on each node", async () => {
  const deploy = { mode: "global" };
  const seen = last(await play(folder, "global", { base: { deploy }, heads: { head: { deploy } } }));
  const [rollout] = rolloutsIn(seen);
  expect(rollout?.now?.service.update?.state).toBe("completed");
  expect(rollout?.tasks.filter((t) => t.state === "running").map((t) => t.slot)).toEqual([null]);
});

it.concurrent("a job has run to its end, and runs again for the next version", async () => {
  const job: Shape = {
    does: "sleep 0.2",
    deploy: { mode: "replicated-job", restart_policy: { condition: "none" }, ...noUpdates },
  };
  const seen = last(await play(folder, "job", { base: job, heads: { head: job } }));
  const [rollout] = rolloutsIn(seen);
  const mine = rollout?.tasks.filter((t) => rollout.stamped.includes(t.id));
  expect(mine?.map((t) => [t.state, t.exitCode])).toEqual([["complete", 0]]);
});

it.concurrent("three replicas roll one after the other", async () => {
  const deploy = { replicas: 3, update_config: { ...rollsBack, parallelism: 1, delay: "200ms" } };
  const seen = last(await play(folder, "row", { base: { deploy }, heads: { head: { deploy } } }));
  const [rollout] = rolloutsIn(seen);
  expect(rollout?.upToDate).toHaveLength(3);
  expect(rollout?.stamped).toHaveLength(3);
});

it.concurrent("a neighbour of the stack writes nothing but labels while it rolls", async () => {
  const results = await play(folder, "labelled", {
    // Long enough to be seen while Swarm watches; the label ends its watch.
    heads: { head: { deploy: { update_config: { ...rollsBack, monitor: "10s" } } } },
    meddle: (person) => (deploy) => async (lease, app, deployment) => {
      const said = await deploy(lease, app, deployment);
      await person.until(({ service }) => service.update?.state === "updating");
      await person.service("update", "--label-add", "looked-at=yes");
      return said;
    },
  });
  const [rollout] = rolloutsIn(last(results));
  expect(rollout?.writes.map((write) => write.by)).toEqual(["deploy", "other"]);
});
