/** A recipe's own tests on a real Swarm: what a test can reach, what it cannot, and how each end is told. */
import { expect, it } from "vitest";
import { testme } from "../support/cli.ts";
import { engineFolder } from "../support/play.ts";
import type { Story } from "../support/recipes.ts";
import { recipeWith, recipeWithTests, shellTest } from "../support/recipes-custom.ts";
import { engineHost } from "../support/swarm-tools.ts";

const folder = engineFolder();
const custom = async (recipe: Story) => {
  const { json, stderr } = await testme(
    ["run", recipe.path, "--head", "change", "--stages", "custom", "--json"],
    {
      DOCKER_HOST: engineHost(),
      TESTME_DATA: `${folder}/data`,
      RESOLVE_IMAGE: "never",
      PULL_IMAGES: "never",
      NOBODYS_SECRET: "of the bot",
    },
  ).finished;
  return { json, stderr };
};
const ended = (status: string, title: string | RegExp) => ({
  stages: [
    { name: "custom", status, title: typeof title === "string" ? title : expect.stringMatching(title) },
  ],
});

it("reaches its service by its names and its files at /tests, and knows where it is", async () => {
  const files = {
    "tests/home.sh":
      '#!/bin/sh\n. "$(dirname "$0")/lib/get.sh"\nget app | grep -q "200 OK"\nget "$STACK_NAME"_app | grep -q "200 OK"\n',
    "tests/lib/get.sh": `get() { printf 'GET / HTTP/1.0\\r\\n\\r\\n' | nc "$1" "$PORT"; }\n`,
  };
  const tests = [
    { name: "home page", command: ["/bin/sh", "/tests/home.sh"] },
    shellTest(
      "variables",
      `[ "$GREETING $PORT" = "hello 8080" ] && echo "$DOMAIN" | grep -q "^thes.*internal$" && [ -n "$STACK_NAME" ]`,
      {
        env: { GREETING: "hello" },
      },
    ),
    shellTest("points", "printf 'TAP version 14\\n1..2\\nok 1 - one\\nok 2 - two # SKIP later\\n'"),
  ];
  const recipe = await recipeWith(folder, "these", { tests }, files);
  expect((await custom(recipe)).json).toMatchObject({
    verdict: "pass",
    ...ended("pass", "3 tests passed, 1 skipped"),
  });
});

it("has nothing of the host, of the engine or of the bot, and no privilege", async () => {
  const says = (name: string, command: string) => shellTest(name, `if ${command}; then exit 1; fi`);
  const recipe = await recipeWithTests(
    folder,
    "alone",
    says("socket", "[ -e /var/run/docker.sock ] || [ -e /run/docker.sock ]"),
    says("the bot's environment", "env | grep -Eq 'NOBODYS_SECRET|DOCKER_HOST|TESTME|XDG'"),
    says("the app's secrets and volumes", "[ -e /run/secrets ] || [ -e /data ]"),
    says("privileges", "grep -E '^Cap(Eff|Prm|Bnd)' /proc/self/status | cut -f 2 | grep -q [1-9a-f]"),
    says("new privileges", "grep -q 'NoNewPrivs:.*0' /proc/self/status"),
    says("mounts", "mount -t tmpfs none /tests"),
    says("the host's processes", "ps | grep -q [d]ockerd"),
    says("a bound on processes", "(n=0; while [ $n -lt 400 ]; do sleep 5 & n=$((n+1)); done) 2>/dev/null"),
  );
  expect((await custom(recipe)).json).toMatchObject({ verdict: "pass", ...ended("pass", "8 tests passed") });
});

it("each way to fail has its own words", async () => {
  const recipe = await recipeWithTests(
    folder,
    "red",
    shellTest("home page", "echo 'got 500' >&2; exit 4"),
    shellTest("slow", "echo waiting; sleep 600", { timeout: "6s" }),
    shellTest("hungry", "dd if=/dev/zero of=/dev/null bs=400M count=1"),
    { name: "lost", command: ["/tests/lost.sh"] },
    shellTest("elsewhere", "exit 0", { image: "testme/absent:1" }),
    shellTest("points", "printf '1..3\\nok 1\\nnot ok 2 - mail\\n# no relay\\n'"),
    shellTest("good", "exit 0"),
  );
  const { json, stderr } = await custom(recipe);
  expect(json).toMatchObject({
    verdict: "fail",
    level: 0,
    ...ended("fail", /^7 of 9 tests failed/),
  });
  const said = `${JSON.stringify(json)}${stderr}`;
  for (const words of [
    /home page \(exit code 4: got 500\)/,
    /slow \(not over after 6\.0 s: waiting\)/,
    /hungry \(killed at its limit of 256 MiB of memory\)/,
  ])
    expect(said).toMatch(words);
  expect(said).toMatch(/lost\.sh.*no such file/);
  expect(said).toMatch(/elsewhere.*the engine does not have its image testme\/absent:1/);
  expect(said).toMatch(/points: mail.*no relay/);
  expect(said).toMatch(/1\.\.3 was planned, and 1, 2 came/);
});

it("a recipe without tests has shown nothing", async () => {
  const { json } = await custom(await recipeWith(folder, "none", {}));
  expect(json).toMatchObject(ended("unverified", /^Unverified: the recipe has no tests of its own/));
});
