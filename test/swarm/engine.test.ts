// The promises that scripts/engine and the fixture image make, on which every other swarm test rests.
import { execFile } from "node:child_process";
import { createHash } from "node:crypto";
import { cp, mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { docker, type Engine, engine, leftovers, startEngine, stopEngine } from "../support/engine.ts";

// A bare machine installs the engine first.
vi.setConfig({ testTimeout: 240_000, hookTimeout: 600_000 });
let it: Engine;
let before: string[];
beforeAll(async () => {
  it = await startEngine();
  before = await leftovers(it.host);
});
afterAll(async () => {
  expect(await leftovers(it.host, { except: before })).toEqual([]);
  await stopEngine();
});

describe("the engine in use", () => {
  test("is a swarm manager with the network that recipes attach to", async () => {
    expect(await docker(it.host, "info", "--format", "{{.Swarm.ControlAvailable}}")).toBe("true");
    expect(
      await docker(it.host, "network", "inspect", "proxy", "--format", "{{.Driver}} {{.Attachable}}"),
    ).toBe("overlay true");
  });

  test("is up again in one line, and says so in its status", async () => {
    expect(await engine("up")).toMatch(it.isPrivate ? /^engine: already up: .*$/ : /^engine: up: using .*$/);
    expect(await engine("status")).toMatch(/^engine: up: .*$/);
  });
});

// Only root can have one. Beside the engine in use, in a copy of the project's folder: two private engines never meet.
describe.skipIf(process.getuid?.() !== 0)("a private engine's life", () => {
  let project: string;
  const there = (verb: string, env: Record<string, string> = {}) => script(project, verb, env);
  beforeAll(async () => {
    project = await mkdtemp(join(tmpdir(), "engine-"));
    for (const name of ["engine", "packages"])
      await cp(join("scripts", name), join(project, "scripts", name), { recursive: true });
  });
  afterAll(async () => {
    await there("down");
    await rm(project, { recursive: true });
  });

  test("goes up, survives the kill of its dockerd as a clear down, goes up again, and leaves nothing", async () => {
    expect(await there("status")).toEqual({ code: 1, line: "engine: down: no private engine runs" });
    expect(await there("down")).toEqual({ code: 0, line: "engine: down: there was no private engine" });

    expect(await there("up", { ENGINE_MEMORY: "96M" })).toMatchObject({
      code: 0,
      line: expect.stringMatching(/^engine: up: private engine .* 96M of memory/),
    });
    expect(await readFile(join(project, ".engine/memory"), "utf8")).toBe(`${96 * 1024 * 1024}\n`);
    expect(await there("up")).toMatchObject({ code: 0, line: expect.stringContaining("already up") });
    expect(await there("status")).toMatchObject({
      code: 0,
      line: expect.stringContaining("up: private engine"),
    });
    expect(await cgroupsOf(project)).not.toEqual([]);

    process.kill(await daemonOf(project), "SIGKILL");
    await expect.poll(async () => (await there("status")).code).toBe(1);
    expect(await there("up")).toMatchObject({ code: 0, line: expect.stringContaining("up: private engine") });

    expect(await there("down")).toEqual({
      code: 0,
      line: "engine: down: private engine ended and all of it removed",
    });
    expect(await readdir(project)).toEqual(["scripts"]);
    expect(await cgroupsOf(project)).toEqual([]);
    expect(await readFile("/proc/mounts", "utf8")).not.toContain(project);
  });
});

describe("an engine that DOCKER_HOST names", () => {
  test("is an error when it does not answer, with the way out", async () => {
    const up = await script(".", "up", { DOCKER_HOST: "unix:///nowhere.sock" });
    expect(up.code).toBe(1);
    expect(up.line).toContain(
      "the engine at unix:///nowhere.sock does not answer: start it, or unset DOCKER_HOST",
    );
  });

  test("is used and left as it is", async () => {
    const env = { DOCKER_HOST: it.host };
    expect(await script(".", "up", env)).toMatchObject({
      code: 0,
      line: expect.stringContaining("up: using"),
    });
    expect(await script(".", "down", env)).toMatchObject({ code: 0, line: expect.stringContaining("left") });
    expect(await docker(it.host, "version", "--format", "{{.Server.Version}}")).not.toBe("");
  });
});

describe("the fixture image", () => {
  test("comes as two images that differ", async () => {
    const id = (tag: number) =>
      docker(it.host, "image", "inspect", `testme/fixture:${tag}`, "--format", "{{.Id}}");
    expect(await id(1)).not.toBe(await id(2));
  });

  test("serves HTTP that names its version, to a probe in its network, again and again", async () => {
    await using app = await start({ SERVE: "8080", VERSION: "1.2.3" });
    await app.serves();
    for (let i = 0; i < 3; i++)
      expect(await app.probe("/probe", "127.0.0.1", "8080", "/")).toBe("HTTP/1.1 200 OK");
    const plain = "printf 'GET / HTTP/1.0\\r\\n\\r\\n' | nc -w 2 127.0.0.1 8080";
    expect(await app.probe("sh", "-c", plain)).toContain("\r\n\r\nfixture 1.2.3");
    await expect(app.probe("/probe", "127.0.0.1", "8081", "/")).rejects.toThrow(
      "no HTTP answer from 127.0.0.1:8081",
    );
  });

  test("answers with the status that it is told to", async () => {
    await using app = await start({ SERVE: "8080", SERVE_STATUS: "503 Service Unavailable" });
    await app.serves();
    expect(await app.probe("/probe", "127.0.0.1", "8080", "/")).toBe("HTTP/1.1 503 Service Unavailable");
  });

  test.for([
    { name: "exits when told to", env: { EXIT_AFTER: "0.3", EXIT_CODE: "3" }, ends: "3 false" },
    {
      name: "exits before it has started",
      env: { EXIT_AFTER: "0", EXIT_CODE: "4", SLOW_START: "60" },
      ends: "4 false",
    },
    { name: "is killed for eating too much", env: { EAT_MIB: "64" }, ends: "137 true" },
    { name: "is killed for eating late", env: { EAT_MIB: "64", EAT_AFTER: "0.5" }, ends: "137 true" },
  ])("$name", async ({ env, ends }) => {
    await using app = await start(env, "--memory", "32m");
    expect(await app.ended()).toBe(ends);
  });

  test("holds what it eats", async () => {
    await using app = await start({ EAT_MIB: "64" }, ...health, "--health-retries", "1000");
    await expect.poll(() => app.health()).toBe("healthy");
    const used = await docker(it.host, "stats", "--no-stream", "--format", "{{.MemUsage}}", app.id);
    expect(Number.parseFloat(used)).toBeGreaterThan(60);
  });

  test.for([
    { name: "healthy once it has started", env: { SLOW_START: "1.5" }, last: "healthy", afterMs: 1_500 },
    // It counts whole seconds of the clock.
    { name: "healthy late", env: { HEALTH: "slow:3" }, last: "healthy", afterMs: 2_000 },
    { name: "unhealthy", env: { HEALTH: "bad" }, last: "unhealthy", afterMs: 0 },
  ])("is $name, and nothing else before", async ({ env, last, afterMs }) => {
    await using app = await start(env, ...health, "--health-retries", last === "healthy" ? "1000" : "3");
    await expect.poll(() => app.health()).toBe(last);
    // By the engine's own record: whoever looks comes too late on a busy machine.
    const { madeAt, told } = await app.record();
    expect(told.map(({ health }) => health)).toEqual([last]);
    expect(Number(told[0]?.atMs) - madeAt).toBeGreaterThanOrEqual(afterMs);
  });

  test("ends at once on SIGTERM, unless it ignores it", async () => {
    await using polite = await start({ SERVE: "8080" });
    await using stubborn = await start({ SERVE: "8080", IGNORE_TERM: "1" });
    // Both have said what to do with a signal before they serve.
    for (const app of [polite, stubborn]) await app.serves();
    await docker(it.host, "stop", "--time", "60", polite.id);
    await docker(it.host, "stop", "--time", "2", stubborn.id);
    expect([await polite.ended(), await stubborn.ended()]).toEqual(["0 false", "137 false"]);
  });

  test("counts its starts where it keeps its state", async () => {
    await using app = await start({ STATE_DIR: "/tmp", VERSION: "7" });
    const kept = () => docker(it.host, "exec", app.id, "cat", "/tmp/boots", "/tmp/version");
    await expect.poll(kept).toBe("1\n7");
    await docker(it.host, "restart", app.id);
    await expect.poll(kept).toBe("2\n7");
  });
});

const health = ["--health-cmd", "/app-health", "--health-interval", "0.5s"];

/** A running fixture, removed at the end of its scope. */
async function start(env: Record<string, string>, ...options: string[]) {
  const environment = Object.entries(env).flatMap(([key, value]) => ["--env", `${key}=${value}`]);
  const id = await docker(it.host, "run", "--detach", ...environment, ...options, "testme/fixture:1");
  const probe = (...command: string[]) =>
    docker(it.host, "run", "--rm", "--network", `container:${id}`, "testme/fixture:1", ...command);
  return {
    id,
    /** "<exit code> <OOMKilled>" */
    ended: async () => {
      await docker(it.host, "wait", id);
      return docker(it.host, "inspect", "--format", "{{.State.ExitCode}} {{.State.OOMKilled}}", id);
    },
    health: () => docker(it.host, "inspect", "--format", "{{.State.Health.Status}}", id),
    /** Resolves once it takes connections. */
    serves: () => expect.poll(() => probe("/probe", "127.0.0.1", "8080", "/")).toMatch(/^HTTP/),
    /** When it was made, and what the engine has said of its health, with the time; epoch ms. */
    record: async () => {
      const madeAt = Date.parse(await docker(it.host, "inspect", "--format", "{{.Created}}", id));
      const until = String(Math.ceil(Date.now() / 1000) + 1);
      const ofHealth = ["--filter", `container=${id}`, "--filter", "event=health_status"];
      const since = ["--since", "0", "--until", until, "--format", "{{.TimeNano}} {{.Action}}"];
      const lines = (await docker(it.host, "events", ...since, ...ofHealth)).split("\n");
      const told = lines.map((line) => {
        const [time, , health] = line.split(" ");
        return { atMs: Number(time) / 1e6, health };
      });
      return { madeAt, told };
    },
    probe,
    [Symbol.asyncDispose]: async () => {
      await docker(it.host, "rm", "--force", "--volumes", id);
    },
  };
}

/** Runs scripts/engine of a project: its exit code and all that it said. */
function script(project: string, verb: string, env: Record<string, string>) {
  return new Promise<{ code: number; line: string }>((resolve) => {
    const options = { env: { ...process.env, DOCKER_HOST: "", ...env } };
    execFile(join(project, "scripts/engine"), [verb], options, (error, stdout, stderr) =>
      resolve({ code: Number(error?.code ?? 0), line: (stdout + stderr).trim() }),
    );
  });
}

async function daemonOf(project: string): Promise<number> {
  for (const pid of (await readdir("/proc")).filter((name) => /^\d+$/.test(name))) {
    const command = await readFile(`/proc/${pid}/cmdline`, "utf8").catch(() => "");
    if (command.startsWith("dockerd\0") && command.includes(`${project}/`)) return Number(pid);
  }
  throw new Error(`no dockerd runs for ${project}`);
}

async function cgroupsOf(project: string): Promise<string[]> {
  const name = `testme-${createHash("sha256").update(project).digest("hex").slice(0, 8)}`;
  const trees = ["", ...(await readdir("/sys/fs/cgroup"))].map((tree) => join("/sys/fs/cgroup", tree));
  const found = await Promise.all(trees.map((tree) => readdir(tree).catch((): string[] => [])));
  return found.flat().filter((folder) => folder === name);
}
