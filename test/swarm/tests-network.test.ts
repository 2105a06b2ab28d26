/**
 * What a recipe's own tests can reach, on a real Swarm: the services of their stack. Listeners stand where nothing of a test may come (on the
 * engine's host, at an address beyond it, in another stack on a network that the app itself is on) and count who does.
 */
import { randomBytes } from "node:crypto";
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from "vitest";
import { AppDomainLock } from "../../src/runner/app-domain-lock.ts";
import { realTools } from "../../src/world.ts";
import { testme } from "../support/cli.ts";
import { docker, leftovers } from "../support/engine.ts";
import { engineFolder } from "../support/play.ts";
import { recipeWithTests, shellTest } from "../support/recipes-custom.ts";
import { engineConfig, engineHost } from "../support/swarm-tools.ts";
import { tally } from "../support/tally.ts";

const folder = engineFolder();
const WITHIN = { timeout: 60_000, interval: 200 };
const id = randomBytes(3).toString("hex");
/** Of the range for documentation, so it is nobody's; the way to it is the default route. */
const BEYOND = "198.51.100.71";
const [HOST_PORT, BEYOND_PORT, OTHER_PORT] = [29_471, 29_472, 29_473];
const [onHost, other] = [`canary-${id}`, `canary-${id}_app`];
let hostAddress = "";
let otherAddress = "";
/** Of the stacks of this file: others may work on the engine. */
const ownLeftovers = async () => (await leftovers(engineHost())).filter((line) => / net\d-/.test(line));

const on = (...args: string[]) => docker(engineHost(), ...args);
const listens = (port: number) => `nc -ll -p ${port} -e /bin/sh -c 'echo >>/tmp/${port}; echo reached'`;
const containerOf = (service: string) =>
  on("ps", "--quiet", "--filter", `label=com.docker.swarm.service.name=${service}`);

beforeAll(async () => {
  hostAddress = await on(
    "network",
    "inspect",
    "docker_gwbridge",
    "--format",
    "{{(index .IPAM.Config 0).Gateway}}",
  );
  const stays = `trap 'ip addr del ${BEYOND}/32 dev lo; exit' TERM; ip addr add ${BEYOND}/32 dev lo`;
  const host = `${stays}; ${listens(HOST_PORT)} & ${listens(BEYOND_PORT)} & while :; do sleep 1; done`;
  await on(
    "run",
    "--detach",
    "--name",
    onHost,
    "--network",
    "host",
    "--cap-add",
    "NET_ADMIN",
    "testme/fixture:1",
    "sh",
    "-c",
    host,
  );
  const service = [
    "--network",
    "proxy",
    "--endpoint-mode",
    "dnsrr",
    "--name",
    other,
    "--no-resolve-image",
    "--detach",
  ];
  await on("service", "create", ...service, "testme/fixture:1", "sh", "-c", listens(OTHER_PORT));
  await vi.waitUntil(async () => (await containerOf(other)) !== "", WITHIN);
  const address = "{{.NetworkSettings.Networks.proxy.IPAddress}}";
  otherAddress = await on("inspect", "--format", address, await containerOf(other));
});
afterAll(async () => {
  await on("stop", "--time", "10", onHost);
  await on("rm", onHost);
  await on("service", "rm", other);
  const left = () => on("ps", "--all", "--quiet", "--filter", `name=${other}`);
  await vi.waitUntil(async () => (await left()) === "", WITHIN);
});
afterEach(async () => {
  expect(await ownLeftovers()).toEqual([]);
});

/** How often each listener was reached since the last look. */
const touched = async () => {
  const count = async (container: string, port: number) => {
    const look = `cat /tmp/${port} 2>/dev/null | wc -l; rm -f /tmp/${port}`;
    return Number(await on("exec", container, "sh", "-c", look));
  };
  return {
    host: await count(onHost, HOST_PORT),
    beyond: await count(onHost, BEYOND_PORT),
    other: await count(await containerOf(other), OTHER_PORT),
  };
};

const tries = (name: string, port: number, ...addresses: string[]) =>
  shellTest(
    name,
    `for a in ${addresses.join(" ")}; do timeout 4 nc -w 2 "$a" ${port} </dev/null && n=1; done; [ -z "$n" ]`,
  );
const ownGateways = `$(ip route | sed -n 's/^default via \\([0-9.]*\\) .*/\\1/p; s/^\\([0-9]*\\.[0-9]*\\.[0-9]*\\)\\.0.*/\\1.1/p')`;
const asks = (name: string, host: string) =>
  shellTest(
    name,
    `printf 'GET / HTTP/1.0\\r\\n\\r\\n' | timeout 9 nc ${host} "$PORT" | grep -q 'fixture 1.1'`,
  );
const hostile = (name: string) =>
  recipeWithTests(
    folder,
    name,
    asks("the app", "app"),
    asks("the app by its full name", '"$STACK_NAME"_app'),
    tries("the host", HOST_PORT, hostAddress, "172.17.0.1", ownGateways),
    tries("what is beyond", BEYOND_PORT, BEYOND),
    tries("another stack", OTHER_PORT, otherAddress, other),
    shellTest("the names of another stack", `! timeout 9 nslookup ${other} 127.0.0.11`),
  );

const begin = (path: string, settings: Record<string, string> = {}) =>
  testme(["run", path, "--head", "change", "--stages", "custom", "--json"], {
    DOCKER_HOST: engineHost(),
    TESTME_DATA: `${folder}/data`,
    RESOLVE_IMAGE: "never",
    PULL_IMAGES: "never",
    ...settings,
  });

describe("a test that tries to get out", () => {
  it("reaches the app, and neither the host, nor what is beyond it, nor another stack that the app itself can reach", async () => {
    const { json, stderr } = await begin((await hostile("net1")).path).finished;
    const reached = await touched();
    tally({ recipes: 1, through: Object.values(reached).some((times) => times > 0) ? 1 : 0 });
    expect(reached, stderr).toEqual({ host: 0, beyond: 0, other: 0 });
    expect(json, stderr).toMatchObject({ verdict: "pass", stages: [{ title: "6 tests passed" }] });
  });

  it("reaches all of it where the operator has opened the network: what is tried above is within reach", async () => {
    const settings = { OWN_TESTS_NETWORK: "open" };
    const { json, stderr } = await begin((await hostile("net2")).path, settings).finished;
    const { host, beyond, other: others } = await touched();
    expect(Math.min(host, beyond, others), stderr).toBeGreaterThan(0);
    expect(json, stderr).toMatchObject({
      verdict: "fail",
      stages: [{ title: expect.stringMatching(/^4 of 6 tests failed: the host /) }],
    });
  });
});

const networkAmong = (lines: readonly string[]) =>
  lines.flatMap((line) => /^network ((\S+)_tests_\w+)$/.exec(line)?.slice(1) ?? []);

it.each([
  ["net3", "and the test goes on", false],
  ["net4", "and the end of the network that is ours goes first", true],
])("%s: is taken away with the stack when the process is killed, %s", async (name, _, isHolderFirst) => {
  const recipe = await recipeWithTests(folder, name, shellTest("long", "sleep 600"));
  const run = begin(recipe.path);
  await run.said(/running test 1 of 1/);
  await expect
    .poll(() => on("ps", "--filter", "status=running", "--format", "{{.Command}}", "--no-trunc"), {
      timeout: 60_000,
    })
    .toContain("sleep 600");
  run.kill("SIGKILL");
  await run.finished;
  const [network = "", stackName = ""] = networkAmong(await ownLeftovers());
  expect(network).toMatch(new RegExp(`^${name}-`));
  if (isHolderFirst) {
    const ours = await on(
      "ps",
      "--quiet",
      "--filter",
      `label=com.docker.stack.namespace=${stackName}`,
      "--filter",
      "label=testme.is-for=tests",
    );
    await on("rm", "--force", ours);
  }
  const stack = { name: stackName, appDomain: stackName.replaceAll("_", ".") };
  const lease = await new AppDomainLock().acquire(stack.appDomain, "a-test");
  await realTools(engineConfig(folder), "a test").swarm.removeStack(lease, stack);
});
