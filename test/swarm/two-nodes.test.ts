/**
 * The engine is the manager of a swarm of two nodes, and the app runs on the other one: what is known of it all the same, what
 * is said to be out of sight, and that nothing on this node's host is taken for a proof of what happened there.
 */
import { readFile, rm } from "node:fs/promises";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { summaryOf } from "../../src/report/summary.ts";
import { stageTitle } from "../../src/report/words.ts";
import type { Run } from "../../src/run/run.ts";
import type { StageResult } from "../../src/run/stage-result.ts";
import { AppDomainLock } from "../../src/runner/app-domain-lock.ts";
import type { Swarm } from "../../src/swarm/swarm.ts";
import { Fault } from "../../src/verdict/fault.ts";
import type { Observation } from "../../src/verdict/observation.ts";
import { realTools } from "../../src/world.ts";
import { docker, leftovers } from "../support/engine.ts";
import { at, deploys, onOneStack, stackOf } from "../support/one-stack.ts";
import { rolloutRecipe, type Shape, watched } from "../support/recipes-rollouts.ts";
import { keptOn, startTwoNodes, type TwoNodes } from "../support/second-node.ts";
import { engineConfig, temporaryFolder } from "../support/swarm-tools.ts";

const PORT = 8080;
/** A node that was cut off takes its time to come back. */
const POLL = { timeout: 180_000 };
const onWorker = { placement: { constraints: ["node.role == worker"] } };
const route = "traefik.http.services.app.loadbalancer.server.port";
/** A small app on the worker that serves there. */
const serves = (port = PORT): Shape => ({
  does: "exec /app",
  service: { environment: { SERVE: String(PORT), VERSION: "2" } },
  deploy: { ...onWorker, labels: { [route]: String(port) } },
});
/** Joined to a network of its own instead of its host's; the kernel under the tests may have no virtual addresses. */
const onOverlay = ({ service, deploy, ...shape }: Shape): Shape => ({
  ...shape,
  service: { ...service, networks: ["own"] },
  deploy: { ...deploy, endpoint_mode: "dnsrr" },
  more: { networks: { own: { driver: "overlay" } } },
});
const base: Shape = { deploy: onWorker };

/** For want of memory, since the kernel of this machine booted. */
const kernelKills = async (): Promise<number> =>
  Number(/^oom_kill (\d+)$/m.exec(await readFile("/proc/vmstat", "utf8"))?.[1]);

// Only root can have one.
describe.skipIf(process.getuid?.() !== 0)("an app on another node than the engine's own", () => {
  const folder = temporaryFolder();
  let nodes: TwoNodes;
  let swarm: Swarm;
  let before: { manager: string[]; worker: string[] };
  const standing = async () => ({
    manager: await leftovers(nodes.manager.host),
    worker: await keptOn(nodes.worker),
  });
  beforeAll(async () => {
    nodes = await startTwoNodes();
    swarm = realTools(engineConfig(folder, nodes.manager.host), "a test").swarm;
    before = await standing();
  });
  afterAll(async () => {
    await nodes?.stop();
    await rm(folder, { recursive: true });
  });

  const upgrade = async (name: string, from: Shape, head: Shape): Promise<StageResult> => {
    const recipe = await rolloutRecipe(folder, name, from, { head });
    const version = at("head", recipe.heads.head);
    const stages = [
      { steps: deploys(at("base", recipe.base)) },
      { steps: [...deploys(version), { act: "probe", version } as const] },
    ];
    const [first, last] = await onOneStack(folder, recipe, name, stages, nodes.manager.host);
    if (!first || !last) throw new Error("a stage is missing");
    expect(first.verdict, stageTitle(first)).toEqual({ is: "pass" });
    expect(last.cleanupFault).toBeNull();
    return last;
  };
  const seen = <Is extends Observation["is"]>({ observations }: StageResult, is: Is) =>
    observations.filter((o): o is Extract<Observation, { is: Is }> => o.is === is);
  const notHere = () => `not on this node (it was on node ${nodes.worker.id})`;

  it.concurrent("a good update: it is seen to converge, and is asked where it is", async () => {
    const result = await upgrade("good", serves(), serves());
    expect(result.verdict, stageTitle(result)).toEqual({ is: "pass" });
    expect(seen(result, "before")).toMatchObject([{ node: nodes.manager.id }]);
    const tasks = seen(result, "tasks").flatMap((reading) => reading.tasks);
    expect(new Set(tasks.map(({ node }) => node ?? nodes.worker.id))).toEqual(new Set([nodes.worker.id]));
    expect(seen(result, "probe")).toMatchObject([{ answer: { is: "http", status: 200, fallback: null } }]);
  });

  it.concurrent("on a network of its own, which nobody can join by hand, it is asked as well", async () => {
    const result = await upgrade("own", onOverlay(serves()), onOverlay(serves()));
    expect(result.verdict, stageTitle(result)).toEqual({ is: "pass" });
    expect(seen(result, "probe")).toMatchObject([{ answer: { is: "http", status: 200, fallback: null } }]);
  });

  it.concurrent("an exit code: rolled back, with the last lines through the manager", async () => {
    const result = await upgrade("exit", base, {
      does: "echo the database is not there; sleep 0.3; exit 3",
      deploy: { ...onWorker, update_config: watched },
    });
    expect(result.verdict, stageTitle(result)).toMatchObject({
      is: "fail",
      findings: [
        {
          is: "rolled-back",
          by: "swarm",
          cause: { is: "exited", code: 3, signal: null },
          death: { elsewhere: nodes.worker.id, container: null, log: ["the database is not there"] },
        },
      ],
    });
    expect(stageTitle(result)).toMatch(/^Rolled back: exit_app exited with code 3, /);
    const dead = seen(result, "log").map(({ container }) => container);
    const missed = seen(result, "not-captured").map(({ what, reason }) => `${what}: ${reason}`);
    expect(missed).toContain(`container ${dead[0]}: ${notHere()}`);
    expect(missed.filter((line) => !line.endsWith(notHere()))).toEqual([]);
    expect(summaryOf(run, result)).toContain("the database is not there");
  });

  it.concurrent("a kill for want of memory: told as the kill that it is known to be, and memory neither blamed nor ruled out", async () => {
    const kills = await kernelKills();
    const result = await upgrade("memory", base, {
      does: "sleep 0.3; x=a; while :; do x=$$x$$x; done",
      deploy: { ...onWorker, resources: { limits: { memory: "16M" } }, update_config: watched },
    });
    expect(await kernelKills(), "on this machine the kernel is one and the same").toBeGreaterThan(kills);
    expect(result.verdict, stageTitle(result)).toMatchObject({
      is: "fail",
      findings: [
        {
          is: "rolled-back",
          cause: { is: "exited", code: 137, signal: "SIGKILL" },
          death: { elsewhere: nodes.worker.id, memory: null },
        },
      ],
    });
    expect(stageTitle(result)).toMatch(/^Rolled back: memory_app was killed \(exit code 137\), /);
    const summary = summaryOf(run, result);
    expect(summary).toContain(
      `whether memory was the reason is not known: the container was not on this node (it was on node \`${nodes.worker.id}\`)`,
    );
    expect(summary).toMatch(/\| `OOMKilled` \| not captured: `not on this node/);
    expect(summary).toMatch(/\| memory around its death \| not captured: `not on this node/);
    expect(summary).not.toMatch(/ran out of memory|for want of memory|oom_kill/);
  });

  it.concurrent("a healthcheck that fails: named by the task's own error, and what it said is not on this node", async () => {
    const healthcheck = { test: ["CMD", "false"], interval: "300ms", timeout: "1s", retries: 1 };
    const result = await upgrade("sick", base, {
      service: { healthcheck },
      deploy: { ...onWorker, update_config: watched },
    });
    expect(result.verdict, stageTitle(result)).toMatchObject({
      findings: [{ is: "rolled-back", cause: { is: "unhealthy", lastOutput: null } }],
    });
    const summary = summaryOf(run, result);
    expect(summary).toContain("what the healthcheck said is not on this node");
    expect(summary).toMatch(/\| its healthchecks \| not captured: `not on this node/);
  });

  it.concurrent("an app that does not listen where it says does not serve", async () => {
    const hasty = { ...serves(PORT + 1), files: { ".env.sample": "TIMEOUT=40\n" } };
    const result = await upgrade("silent", base, hasty);
    expect(result.verdict).toMatchObject({ is: "fail", findings: [{ is: "not-serving", port: PORT + 1 }] });
    expect(stageTitle(result)).toContain("refused");
  });

  it.concurrent("volumes there are out of reach: they stay, and the engine does not know of them", async ({
    expect,
  }) => {
    const data: Shape = {
      service: { volumes: ["data:/data"] },
      deploy: onWorker,
      more: { volumes: { data: {} } },
    };
    await upgrade("volume", data, data);
    expect(await swarm.remains(stackOf("volume").name)).toEqual([]);
    const volume = `${stackOf("volume").name}_data`;
    expect(await keptOn(nodes.worker)).toContain(`volume ${volume}`);
    // Its container goes a moment after its task.
    await expect
      .poll(() => docker(nodes.worker.host, "volume", "rm", "--force", volume).catch(() => "in use"), POLL)
      .toBe(volume);
  });

  it("and nothing stays on either node", async () => {
    await expect.poll(standing, POLL).toEqual(before);
  });

  /** A service on the worker, without a stack file; what comes back is its running task. */
  const serviceOf = async (stack: { name: string }, ...flags: string[]) => {
    await docker(
      nodes.manager.host,
      ...[
        "service",
        "create",
        "--quiet",
        "--no-resolve-image",
        "--constraint",
        "node.role==worker",
        ...flags,
      ],
      ...["--label", `com.docker.stack.namespace=${stack.name}`, "testme/fixture:1"],
    );
    const { tasks } = await swarm.read(stack.name, null);
    const task = tasks.find(({ state }) => state === "running");
    if (!task?.container) throw new Error("the service does not run");
    return {
      task: task.id,
      node: task.node,
      container: task.container,
      port: PORT,
      wants: { is: "http" as const, path: "/", codes: null },
      host: "x",
    };
  };

  it("an app that cannot be asked there is a fault, and nobody's finding", async () => {
    const blind = realTools(
      { ...engineConfig(folder, nodes.manager.host), probeImage: "testme/nowhere:1" },
      "a test",
    ).swarm;
    const [onHost, alone] = [stackOf("blind"), stackOf("alone")];
    const lock = new AppDomainLock();
    const stacks = [
      { stack: onHost, flags: ["--network", "host"], says: /: its helper was rejected: .*testme\/nowhere/ },
      { stack: alone, flags: [], says: /: it is neither on an overlay network nor on its host's$/ },
    ];
    for (const { stack, flags, says } of stacks) {
      const lease = await lock.acquire(stack.appDomain, "a-test");
      const asked = blind.probe(lease, stack, await serviceOf(stack, ...flags));
      await expect(asked).rejects.toThrow(says);
      await expect(asked).rejects.toBeInstanceOf(Fault);
      await swarm.removeStack(lease, stack);
    }
  });

  it("a port there is asked as well, and no test of the recipe's can run beside it", async () => {
    const stack = stackOf("port");
    const lease = await new AppDomainLock().acquire(stack.appDomain, "a-test");
    const target = await serviceOf(stack, "--network", "host", "--env", `SERVE=${PORT}`);
    const wants = { is: "tcp" as const, stable: 2 };
    await expect
      .poll(() => swarm.probe(lease, stack, { ...target, wants }), POLL)
      .toEqual({ is: "tcp", answers: 2 });
    const trial = {
      beside: target,
      network: "stack" as const,
      reached: [],
      image: "testme/fixture:1",
      command: ["true"],
      env: {},
      files: [],
      withinMs: 5_000,
    };
    const ran = swarm.runBeside(lease, stack, trial, new AbortController().signal);
    await expect(ran).rejects.toThrow(/is not on this node \(it is on node \w+\)$/);
    await expect(ran).rejects.toBeInstanceOf(Fault);
    await swarm.removeStack(lease, stack);
  });

  it("a node that is cut off costs four seconds of waiting for a log, and no more", async () => {
    const stack = stackOf("cut");
    const { task } = await serviceOf(stack, "--network", "host");
    expect(await swarm.taskLog(task)).toEqual(["fixture: began"]);
    await nodes.cut();
    try {
      const began = Date.now();
      await expect(swarm.taskLog(task)).rejects.toThrow("its node has not answered for 4 s");
      // Any other call is given up after thirty.
      expect(Date.now() - began).toBeLessThan(25_000);
    } finally {
      await nodes.mend();
    }
    const lease = await new AppDomainLock().acquire(stack.appDomain, "a-test");
    await swarm.removeStack(lease, stack);
    await expect.poll(standing, POLL).toEqual(before);
  });
});

const run: Run = {
  id: "a-run",
  recipe: "two-nodes",
  head: at("head", "a".repeat(40)).commit,
  source: { is: "local", path: "." },
  stages: ["upgrade"],
  from: null,
  acceptedAt: "2026-01-05T12:00:00.000Z",
};
