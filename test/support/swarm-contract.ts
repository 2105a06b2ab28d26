/**
 * What the runner relies on of a Swarm and a deployer, as tests that a real engine and the fake one both pass: so the fake
 * cannot lie. The tests of one stack are one life, in order; each stack has a name of its own, and nothing of it is left.
 */
import { execFile } from "node:child_process";
import { randomBytes } from "node:crypto";
import { mkdir, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { Commit } from "../../src/recipe/commit.ts";
import { stackName } from "../../src/recipe/domain.ts";
import { stampLabel, stampOf } from "../../src/recipe/stamp.ts";
import type { Lease } from "../../src/run/lease.ts";
import { AppDomainLock } from "../../src/runner/app-domain-lock.ts";
import { contentOf, packed } from "../../src/runner/data/archive.ts";
import type { App, Deployer } from "../../src/swarm/deployer.ts";
import type { Reading, Stack, StreamEvent, Swarm, TaskPlace, Trial } from "../../src/swarm/swarm.ts";
import { Fault } from "../../src/verdict/fault.ts";
import type { ProbeWish, Service, Task } from "../../src/verdict/observation.ts";
import { exitRollback, goodUpgrade, oomRollback, type Story } from "./recipes.ts";

export type Subject = { swarm: Swarm; deployer: Deployer; now: () => Date };

/** What a probe asks where nobody says more. */
const ROOT: ProbeWish = { is: "http", path: "/", codes: null };
const WITHIN_MS = 240_000;
const LOOK_EVERY_MS = 100;

export const swarmContract = (open: () => Subject): void => {
  let subject: Subject;
  let folder: string;
  beforeAll(async () => {
    subject = open();
    folder = await mkdtemp(join(tmpdir(), "testme-contract-"));
  });
  afterAll(() => rm(folder, { recursive: true }));

  describe("a stack that is not there", () => {
    test("reads as empty, and its parts as null", async () => {
      const { swarm } = subject;
      const { name } = newStack();
      const stamp = { label: stampLabel(name), value: "5e718930" };
      expect(await swarm.read(name, stamp)).toEqual({ services: [], tasks: [], upToDate: [], stamped: [] });
      expect(await swarm.remains(name)).toEqual([]);
      expect(await swarm.container("0".repeat(64))).toBeNull();
      expect(await swarm.log("0".repeat(64))).toBeNull();
      expect(await swarm.taskLog("0".repeat(25))).toBeNull();
      expect(await swarm.hasNetwork("proxy")).toBe(true);
      expect(await swarm.hasNetwork(`${name}_internal`)).toBe(false);
      expect((await swarm.check()).memoryBytes).toBeGreaterThan(0);
      expect(await swarm.hasImage("testme/fixture:1")).toBe(true);
    });

    test("leaves room on the engine's host, of which no more is free than there is", async () => {
      const { memoryFreeBytes, memoryBytes, diskFreeBytes, diskBytes } = await subject.swarm.room();
      for (const [free, all] of [
        [memoryFreeBytes, memoryBytes],
        [diskFreeBytes, diskBytes],
      ]) {
        expect(free).toBeGreaterThan(0);
        expect(all).toBeGreaterThanOrEqual(free ?? 0);
      }
    });

    test("is not changed without its own living lease", async () => {
      const { swarm, deployer } = subject;
      const stack = newStack();
      const [other, spent] = [await leaseOf(newStack()), await leaseOf(stack)];
      await spent.release();
      const { app, commit } = await appOf(folder, await goodUpgrade(folder, "leases"), "base", stack);
      const target = {
        task: "0",
        node: null,
        container: "0",
        port: 8080,
        wants: ROOT,
        host: stack.appDomain,
      };
      const deployment = { commit, isDirty: false, version: null, composeVersion: "3.8", lent: {} };
      const { signal } = new AbortController();
      for (const lease of [other, spent]) {
        const acts = [
          async () => deployer.deploy(lease, app, deployment),
          async () => swarm.ensureSecret(lease, stack, `${stack.name}_key_v1`, "value"),
          async () => swarm.probe(lease, stack, target),
          async () => swarm.runBeside(lease, stack, trialOf({ ...target, command: ["true"] }), signal),
          async () => swarm.pullImage(lease, stack, "testme/absent:1", signal),
          async () => swarm.removeService(lease, stack, `${stack.name}_app`),
          async () => swarm.removeStack(lease, stack),
        ];
        for (const act of acts) await expect(act()).rejects.toThrow(/^the lease of /);
      }
      expect(await swarm.remains(stack.name)).toEqual([]);
    });

    test("is refused by the deployer where its files are no stack, in words without our paths", async () => {
      const stack = newStack();
      const { app } = await appOf(folder, await goodUpgrade(folder, "refused"), "base", stack);
      const answer = await subject.deployer.config({ ...app, files: ["README.md"] });
      expect(answer.is).toBe("refused");
      expect(JSON.stringify(answer)).not.toContain(app.directory);
    });
  });

  describe("a stack's life", () => {
    const stack = newStack();
    const events: StreamEvent[] = [];
    const stopping = new AbortController();
    let lease: Lease;
    let [exits, good]: Story[] = [];
    let heard: Promise<void>;
    let firstTask: Task;

    const deploy = async (story: Story | undefined, side: "base" | "head", conf = "v1") => {
      if (!story) throw new Error("no story");
      const { app, commit } = await appOf(folder, story, side, stack, conf);
      const deployment = { commit, isDirty: false, version: "1.0.0+1.0", composeVersion: "3.8", lent: {} };
      return subject.deployer.deploy(lease, app, deployment);
    };
    const stampOfSide = (story: Story | undefined, side: "base" | "head") =>
      stampOf(Commit.parse(story?.[side]), false);
    const read = (stamp: string) =>
      subject.swarm.read(stack.name, { label: stampLabel(stack.name), value: stamp });
    const until = (stamp: string, isTrue: (app: Service, reading: Reading) => boolean) =>
      untilSeen(subject.now, async () => {
        const reading = await read(stamp);
        const app = reading.services.find(({ name }) => name === `${stack.name}_app`);
        return app && isTrue(app, reading) ? { app, reading } : null;
      });
    const isRunning = (reading: Reading, id?: string) =>
      reading.tasks.some((task) => task.state === "running" && (id === undefined || task.id === id));

    const runningPlace = async (): Promise<TaskPlace> => {
      const { reading } = await until("any", (_, now) => isRunning(now));
      const task = reading.tasks.find(({ state }) => state === "running");
      return { task: task?.id ?? "", node: task?.node ?? null, container: task?.container ?? "" };
    };

    beforeAll(async () => {
      lease = await leaseOf(stack);
      [exits, good] = [await exitRollback(folder, "exits"), await goodUpgrade(folder, "good")];
      const stream = subject.swarm.events(subject.now().getTime(), stopping.signal);
      heard = (async () => {
        for await (const event of stream)
          if (!("is" in event) && event.service?.startsWith(`${stack.name}_`)) events.push(event);
      })();
    });
    afterAll(async () => {
      await subject.swarm.removeStack(lease, stack);
      stopping.abort();
      await heard;
    });

    test("first deploy: one spec, no update, one task that is up to date and stamped", async () => {
      const stamp = stampOfSide(exits, "base");
      expect((await deploy(exits, "base")).exitCode).toBe(0);
      const { app, reading } = await until(stamp, (_, now) => isRunning(now));
      expect(app).toMatchObject({ previous: null, update: null });
      expect(app.version).toBeGreaterThan(0);
      expect(app.spec).toMatchObject({
        image: "testme/fixture:1",
        restart: "any",
        hasHealthcheck: true,
        mode: { is: "replicated", replicas: 1 },
        updatePolicy: { failureAction: "rollback", order: "start-first", monitorMs: 3000 },
      });
      expect(app.spec.labels[stampLabel(stack.name)]).toBe(stamp);
      expect(await subject.swarm.ownStacks()).toContainEqual({ stack, run: lease.holder });
      const [task, ...others] = reading.tasks;
      if (!task) throw new Error("no task");
      expect(others).toEqual([]);
      expect(reading).toMatchObject({ upToDate: [task.id], stamped: [task.id] });
      expect((await read("another")).stamped).toEqual([]);
      firstTask = task;
      expect(task).toMatchObject({
        service: app.id,
        desired: "running",
        slot: 1,
        exitCode: null,
        error: null,
      });
    });

    test("its container is alive and healthy, and serves on its own port alone", async () => {
      const id = firstTask.container ?? "";
      expect(await subject.swarm.container(id)).toMatchObject({
        id,
        task: firstTask.id,
        isOomKilled: false,
        exitCode: null,
        finishedAt: null,
        health: { status: "healthy" },
      });
      const ask = (container: string, port: number, wants: ProbeWish = ROOT) =>
        subject.swarm.probe(lease, stack, {
          task: firstTask.id,
          node: firstTask.node,
          container,
          port,
          wants,
          host: stack.appDomain,
        });
      expect(await ask(id, 8080)).toEqual({ is: "http", status: 200, fallback: null });
      expect(await ask(id, 8081)).toMatchObject({ is: "none" });
      expect(await ask("0".repeat(64), 8080)).toEqual({ is: "none", reason: "the app's container is gone" });
      const twice: ProbeWish = { is: "tcp", stable: 2 };
      expect(await ask(id, 8080, twice)).toEqual({ is: "tcp", answers: 2 });
      expect(await ask(id, 8081, twice)).toEqual({ is: "tcp", answers: 0 });
    });

    test("a test beside its task ends as its command does, or when its time is over", async () => {
      const run = (command: string, withinMs = 20_000, container = firstTask.container ?? "") => {
        const place = { task: firstTask.id, node: firstTask.node, container };
        const trial = trialOf({ ...place, command: ["/bin/sh", "-c", command], withinMs });
        return subject.swarm.runBeside(lease, stack, trial, new AbortController().signal);
      };
      const before = await subject.swarm.read(stack.name, null);
      expect(await run("exit 0")).toMatchObject({ end: { is: "exited", code: 0 }, stdout: [], lines: [] });
      expect(await run("echo 'not well'; exit 3")).toMatchObject({
        end: { is: "exited", code: 3 },
        stdout: ["not well"],
        lines: ["not well"],
      });
      expect((await run("sleep 30", 300)).end).toEqual({ is: "out-of-time", afterMs: 300 });
      await expect(run("exit 0", 20_000, "0".repeat(64))).rejects.toThrow(/ended before a test could run/);
      const remains = await subject.swarm.remains(stack.name);
      expect(remains.filter((line) => line.startsWith("container "))).toHaveLength(1);
      // Nothing of the stack has been written for it, and no task has ended.
      expect(await subject.swarm.read(stack.name, null)).toEqual(before);
      expect(remains.filter((line) => line.startsWith("network "))).toEqual([
        `network ${stack.name}_internal`,
      ]);
    });

    test("a bad update is seen live, and is taken back with its labels, in one write", async () => {
      const [base, head] = [stampOfSide(exits, "base"), stampOfSide(exits, "head")];
      // It stands for a moment only, which the deployer may need to come back: it is looked for beside the deploy.
      const [deployed, { app: applied }] = await Promise.all([
        deploy(exits, "head"),
        until(head, (app) => app.spec.labels[stampLabel(stack.name)] === head),
      ]);
      expect(deployed.exitCode).toBe(0);
      expect(applied.previous?.labels[stampLabel(stack.name)]).toBe(base);
      const { app, reading } = await until(head, ({ update }) => update?.state === "rollback_completed");
      expect(app.spec.labels[stampLabel(stack.name)]).toBe(base);
      expect(app.previous).toBeNull();
      expect(app.version).toBeGreaterThan(applied.version);
      expect(app.update?.completedAt).not.toBeNull();
      // The old task was never touched, and the stamp that is gone still finds the task that was made under it.
      expect(reading.upToDate).toContain(firstTask.id);
      expect(isRunning(reading, firstTask.id)).toBe(true);
      const failed = reading.tasks.find(({ state }) => state === "failed");
      expect(failed).toMatchObject({ exitCode: 3, error: "task: non-zero exit (3)" });
      expect(reading.stamped).toContain(failed?.id);
      expect(reading.upToDate).not.toContain(failed?.id);
      expect(reading.stamped).not.toContain(firstTask.id);
      expect(await subject.swarm.container(failed?.container ?? "")).toMatchObject({
        task: failed?.id,
        exitCode: 3,
        isOomKilled: false,
      });
      expect(await subject.swarm.log(failed?.container ?? "")).toEqual(["fixture: began"]);
      expect(await subject.swarm.taskLog(failed?.id ?? "")).toEqual(["fixture: began"]);
      expect(failed?.node).toBe(await subject.swarm.node());
    });

    test("the host's memory has numbers, and the living containers' own, or is not to be had at all", async () => {
      const [living, none] = [firstTask.container ?? "", "0".repeat(64)];
      const memory = await subject.swarm.memory([living, none]);
      if (memory === null) return;
      expect(memory.host.totalBytes).toBeGreaterThan(0);
      expect(memory.host.availableBytes).toBeGreaterThan(0);
      expect(memory.containers).not.toHaveProperty(none);
      for (const { usageBytes, peakBytes } of Object.values(memory.containers)) {
        expect(usageBytes).toBeGreaterThan(0);
        expect(peakBytes ?? usageBytes).toBeGreaterThanOrEqual(usageBytes);
      }
    });

    test("the events told of it, in order", async () => {
      const states = () =>
        events.flatMap((event) => ("is" in event || !event.updateState ? [] : [event.updateState]));
      // They come when they come.
      await expect.poll(() => states().at(-1), { timeout: 60_000 }).toBe("rollback_completed");
      expect(states()).toEqual(["updating", "rollback_started", "rollback_completed"]);
      const actions = events.flatMap((event) => ("is" in event ? [] : [`${event.type} ${event.action}`]));
      expect(actions[0]).toBe("service create");
      expect(actions).toContain("container health_status: healthy");
      const death = events.find((event) => !("is" in event) && event.action === "die");
      expect(death).toMatchObject({ type: "container", exitCode: 3, service: `${stack.name}_app` });
    });

    test("the same spec once more wipes the update's story, and rolls nothing", async () => {
      const stamp = stampOfSide(exits, "base");
      const { app: before } = await until(stamp, () => true);
      expect((await deploy(exits, "base")).exitCode).toBe(0);
      const { app, reading } = await until(stamp, ({ version }) => version > before.version);
      expect(app.update).toBeNull();
      expect(app.previous?.lines).toEqual(app.spec.lines);
      expect(isRunning(reading, firstTask.id)).toBe(true);
    });

    test("a config is never changed under its name: the deploy is refused, and no service is written", async () => {
      const { app: before } = await until("any", () => true);
      const { exitCode, said } = await deploy(good, "head");
      expect(exitCode).toBe(1);
      expect(said).toMatch(/^failed to update config .*: .*only updates to Labels are allowed/m);
      const { app } = await until("any", () => true);
      expect(app.version).toBe(before.version);
    });

    test("a good update completes with the old spec kept, and the old task ends", async () => {
      const stamp = stampOfSide(good, "head");
      expect((await deploy(good, "head", "v2")).exitCode).toBe(0);
      const { app } = await until(stamp, ({ update }) => update?.state === "completed");
      expect(app.spec.image).toBe("testme/fixture:2");
      expect(app.previous?.image).toBe("testme/fixture:1");
      const { reading } = await until(stamp, (_, now) => !isRunning(now, firstTask.id));
      expect(reading.upToDate).toHaveLength(1);
      expect(reading.tasks.find(({ id }) => id === firstTask.id)?.state).toBe("shutdown");
    });

    test("a secret is of the stack, and is made once however often it is wanted", async () => {
      const name = `${stack.name}_key_v1`;
      for (const value of ["first", "second"]) await subject.swarm.ensureSecret(lease, stack, name, value);
      const remains = await subject.swarm.remains(stack.name);
      expect(remains.filter((line) => line.startsWith("secret "))).toEqual([`secret ${name}`]);
    });

    test("files go into a container and come out of it, and a command there sees them", async () => {
      const { swarm } = subject;
      const inside = await runningPlace();
      const path = "/data/put/in.txt";
      expect(await swarm.lookInside(inside, "/data/put")).toBeNull();
      expect(await swarm.takeOut(inside, path)).toBeNull();
      await swarm.putInto(lease, stack, inside, "/data", packed("put/in.txt", "well"));
      expect(await swarm.lookInside(inside, path)).toBe("file");
      expect(await swarm.lookInside(inside, "/data")).toBe("directory");
      const taken = await swarm.takeOut(inside, path);
      expect(taken && (await contentOf(taken))).toBe("well");
      const run = (command: string, withinMs = 20_000) =>
        swarm.runInside(lease, stack, { inside, command, withinMs }, new AbortController().signal);
      expect(await run(`cat ${path}`)).toEqual({
        end: { is: "exited", code: 0 },
        stdout: ["well"],
        lines: ["well"],
      });
      expect(await run("echo 'no'; exit 3")).toMatchObject({ end: { is: "exited", code: 3 }, lines: ["no"] });
      expect(await run("sleep 30", 200)).toMatchObject({ end: { is: "out-of-time", afterMs: 200 } });
      const gone = { ...inside, container: "0".repeat(64) };
      const command = { inside: gone, command: "exit 0", withinMs: 1_000 };
      expect(await swarm.runInside(lease, stack, command, new AbortController().signal)).toBeNull();
      await expect(swarm.takeOut(gone, path)).rejects.toThrow(Fault);
    });

    test("emptied, its volumes have lost what was in them, and the same services run again", async () => {
      const { swarm } = subject;
      const { app: before } = await until("any", (_, now) => isRunning(now));
      expect(await swarm.emptyVolumes(lease, stack)).toContain(`${stack.name}_data`);
      const { app } = await until("any", (_, now) => isRunning(now));
      expect(app).toMatchObject({ id: before.id, spec: before.spec });
      const inside = await runningPlace();
      expect(await swarm.lookInside(inside, "/data/put")).toBeNull();
      expect(await swarm.lookInside(inside, "/data")).toBe("directory");
      expect(await swarm.remains(stack.name)).toContain(`volume ${stack.name}_data`);
    });

    test("one service removed, its tasks are gone, and what it used stays; twice is no mistake", async () => {
      for (let nth = 0; nth < 2; nth++) await subject.swarm.removeService(lease, stack, `${stack.name}_app`);
      const { services, tasks } = await read("any");
      expect(services).toEqual([]);
      expect(tasks.filter(({ state }) => state === "running")).toEqual([]);
      expect(await subject.swarm.remains(stack.name)).toContain(`volume ${stack.name}_data`);
      expect((await deploy(good, "head", "v2")).exitCode).toBe(0);
      await until("any", (_, now) => isRunning(now));
    });

    test("removed, nothing is left", async () => {
      const kinds = new Set((await subject.swarm.remains(stack.name)).map((line) => line.split(" ")[0]));
      for (const kind of ["service", "task", "container", "network", "volume", "secret", "config"])
        expect(kinds).toContain(kind);
      await subject.swarm.removeStack(lease, stack);
      expect(await subject.swarm.remains(stack.name)).toEqual([]);
      expect((await read("any")).services).toEqual([]);
      expect(await subject.swarm.container(firstTask.container ?? "")).toBeNull();
      expect(await subject.swarm.log(firstTask.container ?? "")).toBeNull();
      // To remove what is not there is no mistake.
      await subject.swarm.removeStack(lease, stack);
    });
  });

  test("a task that the kernel kills for memory: its event, its flag, and an exit code of 137", async () => {
    const { swarm, deployer, now } = subject;
    const stack = newStack();
    const lease = await leaseOf(stack);
    const stopping = new AbortController();
    const stream = swarm.events(now().getTime(), stopping.signal);
    const killed = (async () => {
      for await (const event of stream)
        if (!("is" in event) && event.action === "oom" && event.service === `${stack.name}_app`) return event;
      return null;
    })();
    try {
      const story = await oomRollback(folder, { budget: "task" });
      const { app, commit } = await appOf(folder, story, "head", stack);
      const deployment = { commit, isDirty: false, version: null, composeVersion: "3.8", lent: {} };
      await deployer.deploy(lease, app, deployment);
      const dead = await untilSeen(now, async () => {
        const { tasks } = await swarm.read(stack.name, null);
        return tasks.find(({ state }) => state === "failed") ?? null;
      });
      expect(dead).toMatchObject({ exitCode: 137, error: "task: non-zero exit (137)" });
      const container = await untilSeen(now, async () => {
        const found = await swarm.container(dead.container ?? "");
        return found?.isOomKilled ? found : null;
      });
      expect(container).toMatchObject({ task: dead.id, exitCode: 137 });
      expect(await killed).toMatchObject({ type: "container", id: dead.container, task: dead.id });
    } finally {
      stopping.abort();
      await swarm.removeStack(lease, stack);
    }
    expect(await swarm.remains(stack.name)).toEqual([]);
  });
};

const trialOf = ({
  task,
  node,
  container,
  command,
  withinMs = 20_000,
}: TaskPlace & Partial<Trial>): Trial => ({
  beside: { task, node, container },
  network: "stack",
  reached: [],
  image: "testme/fixture:1",
  command: command ?? [],
  env: {},
  files: [],
  withinMs,
});

const newStack = (): Stack => {
  const appDomain = `cont-${randomBytes(3).toString("hex")}.test.internal`;
  return { name: stackName(appDomain), appDomain };
};

const leaseOf = ({ appDomain }: Stack): Promise<Lease> =>
  new AppDomainLock().acquire(appDomain, "the contract");

/** One side of a story on disk, as the runner hands it to a deployer. */
const appOf = async (
  folder: string,
  story: Story,
  side: "base" | "head",
  stack: Stack,
  conf = "v1",
): Promise<{ app: App; commit: Commit }> => {
  const place = await mkdtemp(join(folder, "app-"));
  const directory = join(place, "recipe");
  await mkdir(directory);
  await promisify(execFile)("git", [
    ...["--git-dir", story.path, "--work-tree", directory],
    ...["checkout", "--quiet", "--force", story[side], "--", "."],
  ]);
  const values = new Map([
    ["STACK_NAME", stack.name],
    ["DOMAIN", stack.appDomain],
    ["TIMEOUT", "60"],
    ["APP_CONF_VERSION", conf],
    ["LETS_ENCRYPT_ENV", ""],
    ["EXTRA_DOMAINS", ""],
  ]);
  const app = {
    recipe: "contract",
    stack,
    directory,
    scratch: place,
    files: ["compose.yml"],
    values,
    overlay: null,
  };
  return { app, commit: Commit.parse(story[side]) };
};

/** Nothing tells of a task's states, so they are looked for. */
const untilSeen = async <T>(now: () => Date, look: () => Promise<T | null>): Promise<T> => {
  const deadline = now().getTime() + WITHIN_MS;
  for (;;) {
    const seen = await look();
    if (seen !== null) return seen;
    if (now().getTime() > deadline) throw new Error(`not seen within ${WITHIN_MS / 1000} s`);
    await new Promise((resolve) => setTimeout(resolve, LOOK_EVERY_MS));
  }
};
