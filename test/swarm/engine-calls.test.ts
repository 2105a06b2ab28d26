/**
 * All that the bot asks of its engine is in deploy/engine-calls.json, and all that is there it asks; and what lets through nothing else
 * is enough for a whole run. Nothing is on the way between the bot and the engine but what the tests put there.
 */
import { execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, rmSync, watch } from "node:fs";
import { type IncomingMessage, request } from "node:http";
import { join } from "node:path";
import { afterAll, expect, it, onTestFinished } from "vitest";
import { testme } from "../support/cli.ts";
import { leftovers } from "../support/engine.ts";
import { deployFile, isOf, neededCalls } from "../support/engine-calls.ts";
import { type Call, filteringProxy } from "../support/filtering-proxy.ts";
import { oomRollback, type Story } from "../support/recipes.ts";
import { imageNowhere, recipeWithTests, shellTest } from "../support/recipes-custom.ts";
import * as recipes from "../support/recipes-levels.ts";
import { engineHost, temporaryFolder } from "../support/swarm-tools.ts";

const folder = temporaryFolder();
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const run = async (host: string, { path, head }: Story, name: string, more: Record<string, string> = {}) =>
  testme(["run", path, "--head", head, "--json"], {
    DOCKER_HOST: host,
    TESTME_DATA: join(folder, name),
    RESOLVE_IMAGE: "never",
    PULL_IMAGES: "never",
    MIN_FREE_MEMORY: "32M",
    ...more,
  }).finished;

const statusOf = async (socketPath: string, method: string, path: string) => {
  const asked = request({ socketPath, method, path }).end();
  const [answer] = (await once(asked, "response")) as [IncomingMessage];
  answer.resume();
  return answer.statusCode;
};

const needed = neededCalls();
const told = ({ method, path }: Call) => `${method} ${path}`;

it("whole runs ask for what is listed, all of it, and for nothing else", async () => {
  const before = await leftovers(engineHost());
  const proxy = await filteringProxy(engineHost(), join(folder, "hears.sock"));
  onTestFinished(proxy.close);
  // Every stage; services and volumes that go; a rollback, with logs; a registry that is asked; a test that is killed.
  const all: [name: string, story: Story, exitCode: number, more?: Record<string, string>][] = [
    ["shop", await recipes.shop(folder), 0],
    ["club", await recipes.club(folder), 0, { RESOLVE_IMAGE: "always" }],
    ["oom", await oomRollback(folder, { budget: "task" }), 1],
    ["nowhere", await imageNowhere(folder, "nowhere", "127.0.0.1:1/app:1"), 2, { PULL_IMAGES: "missing" }],
    [
      "sleeps",
      await recipeWithTests(folder, "sleeps", shellTest("sleeps", "sleep 60", { timeout: "1s" })),
      1,
    ],
  ];
  for (const [name, story, code, more] of all) {
    const { exitCode, stderr } = await run(proxy.host, story, name, more);
    expect(exitCode, `${name}: ${stderr}`).toBe(code);
  }
  const unlisted = proxy.calls.filter((call) => !needed.some((one) => isOf(one)(call)));
  expect([...new Set(unlisted.map(told))]).toEqual([]);
  const unmade = needed.filter((one) => one.when === undefined && !proxy.calls.some(isOf(one)));
  expect(unmade.map(told)).toEqual([]);
  expect(await leftovers(engineHost(), { except: before })).toEqual([]);
});

it("a run of all stages passes through haproxy, which lets nothing else through", async () => {
  const before = await leftovers(engineHost());
  const socket = join(folder, "engine.sock");
  const program = execFileSync(join(import.meta.dirname, "../../scripts/haproxy"), {
    encoding: "utf8",
  }).trim();
  const haproxy = spawn(program, ["-W", "-db", "-f", deployFile("haproxy.cfg")], {
    stdio: "inherit",
    env: {
      PATH: process.env.PATH,
      ENGINE_SOCKET: new URL(engineHost()).pathname,
      ENGINE_PROXY_SOCKET: socket,
      ENGINE_CALLS: deployFile("engine-calls.lst"),
    },
  });
  onTestFinished(async () => {
    haproxy.kill();
    await once(haproxy, "exit");
  });
  const changes = watch(folder);
  while (!existsSync(socket)) await once(changes, "change");
  changes.close();

  const { exitCode, stderr } = await run(
    `unix://${socket}`,
    await recipes.shop(join(folder, "again")),
    "behind",
  );
  expect(exitCode, stderr).toBe(0);
  expect(await statusOf(socket, "GET", "/v1.41/info")).toBe(200);
  for (const [method, path] of [
    ["POST", "/build"],
    ["GET", "/swarm"],
    ["DELETE", "/images/x"],
    ["POST", "/v1.41/containers/x/attach"],
  ] as const)
    expect(await statusOf(socket, method, path), `${method} ${path}`).toBe(403);
  expect(await leftovers(engineHost(), { except: before })).toEqual([]);
});
