/**
 * What the flight recorder keeps where the evidence is perishable, on a real engine: an engine that goes away in the middle
 * of a rollout, and the cases in which Swarm deletes the failed task within a moment.
 */
import { rm } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, expect, it } from "vitest";
import { Commit } from "../../src/recipe/commit.ts";
import type { StageResult } from "../../src/run/stage-result.ts";
import { AppDomainLock } from "../../src/runner/app-domain-lock.ts";
import { executorsFor } from "../../src/runner/executors.ts";
import { runStage } from "../../src/runner/run-stage.ts";
import type { Stage, Version } from "../../src/stages/stage.ts";
import type { Observation } from "../../src/verdict/observation.ts";
import { realTools } from "../../src/world.ts";
import { docker, leftovers } from "../support/engine.ts";
import { engineProxy } from "../support/engine-proxy.ts";
import { plainWork } from "../support/plain-work.ts";
import { baseVersion, createRecipe, type Files } from "../support/recipes.ts";
import { engineConfig, engineHost, temporaryFolder } from "../support/swarm-tools.ts";

const folder = temporaryFolder();
afterAll(() => rm(folder, { recursive: true }));

type Shape = { command?: string; deploy?: Record<string, unknown> };
const PASSWORD = "correct-horse-battery";
const STAYS = "echo up; trap 'exit 0' TERM; while :; do sleep 1; done";
const DIES = `echo "the password is $$ADMIN_PASSWORD"; echo "no database" >&2; sleep 0.3; exit 3`;
/** The same, when it is told to. */
const DIES_ON_A_WORD = DIES.replace("sleep 0.3", "while [ ! -e /word ]; do sleep 0.1; done");

/**
 * One service without networks or volumes, so that a trial takes as little time as it can. Over what fails Swarm's watch is long: it
 * ends with the failure, and no busy machine comes too late for it.
 */
const files = ({ command = STAYS, deploy = {} }: Shape): Files => ({
  "compose.yml": JSON.stringify({
    version: "3.8",
    services: {
      app: {
        image: "testme/fixture:1",
        command: ["sh", "-c", command],
        // biome-ignore lint/suspicious/noTemplateCurlyInString: compose interpolates it
        environment: ["ADMIN_PASSWORD=${ADMIN_PASSWORD}"],
        stop_grace_period: "1s",
        deploy: {
          restart_policy: { condition: "any", delay: "1s" },
          update_config: {
            failure_action: "rollback",
            order: "start-first",
            monitor: command === STAYS ? "2s" : "60s",
          },
          rollback_config: { monitor: "1s" },
          ...deploy,
        },
      },
    },
  }),
  ".env.sample": `TYPE=recorder\nTIMEOUT=300\nDOMAIN=recorder.example.com\nADMIN_PASSWORD=${PASSWORD}\n`,
  "abra.sh": "",
});

type Sees = (observation: Observation) => void;
type Story = { base: Shape; head: Shape; host?: string; sees?: Sees };

/** The base and then the head, each a stage of its own; what comes back is the head's. */
const upgrade = async (name: string, { base, head, host, sees }: Story): Promise<StageResult> => {
  const recipe = await createRecipe(folder, name, {
    versions: { [baseVersion]: files(base) },
    heads: { change: files(head) },
  });
  const tools = realTools({ ...engineConfig(folder), ...(host && { dockerHost: host }) }, "a test");
  const mirror = await tools.git.fetch({ url: recipe.path, token: null });
  const appDomain = `${name}.test.internal`;
  const stack = { name: appDomain.replaceAll(".", "_"), appDomain };
  const lease = await new AppDomainLock().acquire(appDomain, "a-run");
  const take = async (is: Version["is"], commit: string | undefined, cleanup: Stage["cleanup"]) => {
    const version: Version = { is, commit: Commit.parse(commit), ref: is };
    const observations: Observation[] = [];
    const note: Sees = (observation) => {
      observations.push(observation);
      if (is === "head") sees?.(observation);
    };
    const scratch = join(folder, `${name}-${is}`);
    const place = { recipe: name, stack, directory: join(scratch, name), scratch, mirror };
    const signal = new AbortController().signal;
    const executors = executorsFor(tools, plainWork({ ...place, observations, note }));
    const steps = [
      { act: "check-out", version },
      { act: "roll-out", version },
    ] as const;
    return runStage(
      { name: "upgrade", on: "nothing", steps, cleanup },
      lease,
      executors,
      observations,
      tools.now,
      signal,
    );
  };
  const first = await take("base", recipe.versions[baseVersion], []);
  expect(first.verdict, "the base").toEqual({ is: "pass" });
  const result = await take("head", recipe.heads.change, [{ act: "remove", why: "the test is over" }]);
  expect(result.cleanupFault).toBeNull();
  return result;
};

const seen = <Is extends Observation["is"]>({ observations }: StageResult, is: Is) =>
  observations.filter((o): o is Extract<Observation, { is: Is }> => o.is === is);

const rolledBackWith3 = {
  is: "fail",
  findings: [{ is: "rolled-back", by: "swarm", cause: { is: "exited", code: 3 } }],
};

/** Each container that died has its inspect and its log in the record, or the record says why not. */
const expectNothingUnsaid = (result: StageResult) => {
  const deaths = seen(result, "event").filter(({ event }) => event.action === "die" && event.exitCode === 3);
  expect(deaths.length).toBeGreaterThan(0);
  const missing = seen(result, "not-captured");
  const saysWhy = (what: string) => missing.some((o) => o.what === what && o.reason !== "");
  for (const { event } of deaths) {
    const container = seen(result, "container").findLast((o) => o.container.id === event.id);
    const log = seen(result, "log").findLast((o) => o.container === event.id);
    if (!saysWhy(`container ${event.id}`)) expect(container?.container.exitCode).toBe(3);
    if (!saysWhy(`log of container ${event.id}`))
      // Two pipes: the engine reads them in its own order.
      expect([...(log?.lines ?? [])].sort()).toEqual([
        "no database",
        "the password is <redacted ADMIN_PASSWORD>",
      ]);
  }
  expect(JSON.stringify(result.observations)).not.toContain(PASSWORD);
};

it("an engine that goes away in the middle of a rollback costs a gap, and no evidence", async () => {
  const before = await leftovers(engineHost());
  const proxy = await engineProxy(engineHost(), join(folder, "engine.sock"));
  const direct = realTools(engineConfig(folder), "a test").swarm;
  const watching = new AbortController();
  /** Has the head's container die in the dark; only when it is dead does the engine come back. */
  const dieInTheDark = async () => {
    const running = ["--filter", "label=com.docker.swarm.service.name=dropped_test_internal_app"];
    const ids = async () => (await docker(engineHost(), "ps", "--quiet", ...running)).split("\n");
    // Start-first: the old one is there as well, and does not mind.
    await expect.poll(async () => (await ids()).length).toBe(2);
    const sinceMs = Date.now();
    for (const id of await ids()) await docker(engineHost(), "exec", id, "touch", "/word");
    for await (const event of direct.events(sinceMs, watching.signal))
      if (!("is" in event) && event.action === "die" && event.exitCode === 3) return watching.abort();
  };
  let away: Promise<void> | null = null;
  const result = await upgrade("dropped", {
    base: {},
    head: { command: DIES_ON_A_WORD },
    host: proxy.host,
    sees(o) {
      if (o.is !== "deployed") return;
      away = (async () => {
        await proxy.goAway();
        await dieInTheDark();
        await proxy.comeBack();
      })();
    },
  });
  await away;
  await proxy.goAway();
  expect(result.verdict).toMatchObject(rolledBackWith3);
  expectNothingUnsaid(result);
  const gaps = seen(result, "not-captured").filter(({ what }) => what === "engine events");
  expect(gaps).toHaveLength(1);
  expect(gaps[0]?.reason).not.toBe("");
  const events = seen(result, "event").map(({ event }) => JSON.stringify(event));
  expect(events).toEqual([...new Set(events)]);
  const actions = seen(result, "event").map(({ event }) => `${event.type} ${event.action}`);
  for (const action of ["container start", "container die"]) expect(actions).toContain(action);
  expect(await leftovers(engineHost(), { except: before })).toEqual([]);
});

it("keeps the exit code of a task whose record Swarm deletes at once, because it may start only once", async () => {
  const once = { restart_policy: { condition: "any", delay: "1s", max_attempts: 1 } };
  const result = await upgrade("once", { base: { deploy: once }, head: { command: DIES, deploy: once } });
  expect(result.verdict).toMatchObject(rolledBackWith3);
  expectNothingUnsaid(result);
});

it("keeps the exit codes of a scale-up whose slots the rollback deletes", async () => {
  const result = await upgrade("scaled", {
    base: { deploy: { replicas: 1 } },
    head: { command: DIES, deploy: { replicas: 3 } },
  });
  expect(result.verdict).toMatchObject(rolledBackWith3);
  expectNothingUnsaid(result);
});

it("samples the kernel's memory before, through and at the death", async () => {
  const result = await upgrade("sampled", { base: {}, head: { command: DIES } });
  const at = (is: Observation["is"]) => result.observations.findIndex((o) => o.is === is);
  expect(at("memory")).toBeLessThan(at("deployed"));
  const samples = seen(result, "memory");
  for (const { memory } of samples) {
    expect(memory.host.totalBytes).toBeGreaterThan(memory.host.availableBytes);
    expect(memory.host.oomKills).not.toBeNull();
  }
  const [dead] = seen(result, "container").filter(({ container }) => container.exitCode === 3);
  expect(samples.at(-1)?.memory.parent).not.toBeNull();
  expect([...samples.flatMap(({ memory }) => Object.values(memory.containers))].length).toBeGreaterThan(0);
  // One is taken at the death itself.
  const death = seen(result, "event").find(
    ({ event }) => event.action === "die" && event.id === dead?.container.id,
  );
  expect(samples.some(({ at: when }) => when >= (death?.at ?? "never"))).toBe(true);
  expect(seen(result, "locked")).toMatchObject([{ appDomain: "sampled.test.internal", by: "a-run" }]);
});
