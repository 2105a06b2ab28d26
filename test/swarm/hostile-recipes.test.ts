// biome-ignore-all lint/suspicious/noTemplateCurlyInString: compose's interpolation, not JavaScript's.
/**
 * A hostile recipe for each line of the policy, on the real engine, through `testme run` as it is without any setting: each is
 * refused, a canary on the host is as it was, and nothing is left. One that is allowed touches the canary: it is within reach.
 */
import { execFileSync } from "node:child_process";
import { chmodSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, expect, it } from "vitest";
import { RULES } from "../../src/recipe/policy/judge.ts";
import { SOURCE_RULES } from "../../src/recipe/policy/sources.ts";
import { testme } from "../support/cli.ts";
import { leftovers } from "../support/engine.ts";
import { createRecipe, type Files } from "../support/recipes.ts";
import { engineHost, temporaryFolder } from "../support/swarm-tools.ts";
import { tally } from "../support/tally.ts";

const folder = temporaryFolder();
const canary = join(folder, "canary");
const OWN = "untouched\n";
let before: string[] = [];
let recipe: { path: string; heads: Record<string, string> };

/** What every one of them would do where it gets in. */
const spoils = `["sh", "-c", "echo spoilt > /canary/own; sleep 600"]`;
const service = (more: string) => `version: "3.8"
services:
  app:
    image: testme/fixture:1
    entrypoint: ${spoils}
    ${more}
`;
const top = (more: string) => service(more === "" ? "" : "init: true") + more;
const one = (compose: string, files: Files = {}): Files => ({
  ".env.sample": "TIMEOUT=20\n",
  ...files,
  "compose.yml": compose,
});
const bind = service(`volumes: ["${canary}:/canary"]`);
const deploy = (of: string) => service(`deploy: {${of}}`);

const HOSTILE: Readonly<Record<string, Files>> = {
  "bind-mounts": one(bind),
  "docker-socket": one(service("volumes: ['/var/run/docker.sock:/s:ro']")),
  "mount-kinds": one(service("volumes: [{type: npipe, source: /x, target: /y}]")),
  "host-namespaces": one(service("pid: host")),
  "host-address": one(service("extra_hosts: ['h:host-gateway']")),
  privileged: one(service("privileged: true")),
  capabilities: one(service("cap_add: [SYS_ADMIN]")),
  devices: one(service("devices: ['/dev/kmsg:/dev/kmsg']")),
  sysctls: one(service("sysctls: {net.ipv4.ip_forward: 1}")),
  "security-options": one(service("security_opt: ['seccomp:unconfined']")),
  credentials: one(service("credential_spec: {registry: x}")),
  "published-ports": one(service("ports: ['8098:80']")),
  "foreign-networks": one(top("    networks: [h]\nnetworks: {h: {external: true, name: host}}\n")),
  "network-aliases": one(
    top("    networks: {proxy: {aliases: [other_app]}}\nnetworks: {proxy: {external: true}}\n"),
  ),
  "foreign-routes": one(deploy("labels: ['traefik.http.routers.x.rule=PathPrefix(`/`)']")),
  "network-drivers": one(top("networks: {x: {driver: macvlan, driver_opts: {parent: eth0}}}\n")),
  "external-volumes": one(top("    volumes: ['x:/x']\nvolumes: {x: {external: true, name: other_data}}\n")),
  "volume-drivers": one(
    top(
      `    volumes: ['x:/canary']\nvolumes: {x: {driver_opts: {type: none, o: bind, device: ${canary}}}}\n`,
    ),
  ),
  "foreign-secrets": one(top("    secrets: [x]\nsecrets: {x: {external: true, name: other_db_v1}}\n")),
  "foreign-configs": one(top("    configs: [x]\nconfigs: {x: {external: true, name: other_conf_v1}}\n")),
  "secret-drivers": one(top("    secrets: [x]\nsecrets: {x: {name: '${STACK_NAME}_x', driver: vault}}\n")),
  "foreign-names": one(top("    volumes: ['x:/x']\nvolumes: {x: {name: other_data}}\n")),
  placement: one(deploy("placement: {constraints: ['node.role == manager']}")),
  logging: one(service("logging: {driver: syslog, options: {syslog-address: 'udp://127.0.0.1:5514'}}")),
  registries: one(service("init: true").replace("testme/fixture:1", "127.0.0.1:5000/fixture")),
  size: one(deploy("replicas: 1000")),
  "reserved-labels": one(deploy("labels: {testme.owner: somebody else}")),
  "unknown-keys": one(service("external_links: [other]")),
  "env-files": one(service(`env_file: ${canary}/own`)),
  "plain-yaml": one(service("init: !!binary dHJ1ZQ==")),
};
/** Links are no files that can be written here. */
const ELSEWHERE = ["links"];

const run = (head: string, settings: Record<string, string> = {}, path = recipe.path) =>
  testme(["run", path, "--head", head, "--stages", "install", "--json"], {
    DOCKER_HOST: engineHost(),
    TESTME_DATA: `${folder}/data-${head}`,
    RESOLVE_IMAGE: "never",
    PULL_IMAGES: "never",
    MIN_FREE_MEMORY: "0",
    MIN_FREE_DISK: "0",
    POLICY: "",
    ...settings,
  }).finished;
const canaryIs = () => ({ files: readdirSync(canary), own: readFileSync(join(canary, "own"), "utf8") });
const refused = (rule: string) => ({
  verdict: "fail",
  stages: [
    {
      finding: "invalid-recipe",
      title: expect.stringMatching(
        new RegExp(`^Invalid recipe: compose\\.yml(:\\d+)?: refused by policy \\(${rule}\\): `),
      ),
    },
  ],
});

beforeAll(async () => {
  before = await leftovers(engineHost());
  mkdirSync(canary);
  chmodSync(canary, 0o777);
  recipe = await createRecipe(folder, "hostile", {
    versions: { "1.0.0+1": one(service("")) },
    heads: HOSTILE,
  });
  addLink(recipe.path);
});
afterEach(async () => {
  expect(await leftovers(engineHost(), { except: before })).toEqual([]);
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** A head whose compose file is a link to one that lies outside. */
const addLink = (path: string) => {
  const git = (args: string[], input = "") =>
    execFileSync("git", args, {
      cwd: path,
      input,
      env: {
        PATH: process.env.PATH,
        ...{
          GIT_AUTHOR_NAME: "a",
          GIT_AUTHOR_EMAIL: "a@x",
          GIT_COMMITTER_NAME: "a",
          GIT_COMMITTER_EMAIL: "a@x",
        },
      },
    })
      .toString()
      .trim();
  writeFileSync(join(folder, "outside.yml"), bind);
  const blob = git(["hash-object", "-w", "--stdin"], join(folder, "outside.yml"));
  const commit = git(["commit-tree", "-m", "x", git(["mktree"], `120000 blob ${blob}\tcompose.yml\n`)]);
  git(["update-ref", "refs/heads/links", commit]);
};

it("each rule has its hostile recipe", () => {
  expect([...Object.keys(HOSTILE), ...ELSEWHERE].toSorted()).toEqual(
    [...RULES, ...SOURCE_RULES].map(({ name }) => name).toSorted(),
  );
});

it.each([...Object.keys(HOSTILE), "links"])("%s: refused, and nothing happened", async (rule) => {
  writeFileSync(join(canary, "own"), OWN);
  const { json, exitCode, stderr } = await run(rule);
  tally({ recipes: 1, through: exitCode === 1 && canaryIs().own === OWN ? 0 : 1 });
  expect(json, stderr).toMatchObject(refused(rule));
  expect(exitCode).toBe(1);
  expect(canaryIs()).toEqual({ files: ["own"], own: OWN });
});

it("registries: refused where the operator named others", async () => {
  const { json, exitCode } = await run("privileged", {
    POLICY: JSON.stringify({
      registries: ["git.example.org"],
      exceptions: { hostile: { privileged: true } },
    }),
  });
  tally({ recipes: 1, through: exitCode === 1 ? 0 : 1 });
  expect(json).toMatchObject(refused("registries"));
});

it("a recipe beside the one that is tested is judged as well", async () => {
  await createRecipe(folder, "evil", { versions: { "1.0.0+1": one(bind) }, heads: {} });
  const needs = one(service(""), { "testme.yml": "dependencies: {evil: {repository: coop/evil}}\n" });
  const made = await createRecipe(folder, "needs", {
    versions: { "1.0.0+1": needs },
    heads: { change: needs },
  });
  writeFileSync(join(canary, "own"), OWN);
  const { json } = await run("change", {}, made.path);
  tally({ recipes: 1, through: canaryIs().own === OWN ? 0 : 1 });
  expect(json).toMatchObject({
    verdict: "inconclusive",
    stages: [{ title: expect.stringContaining("refused by policy (bind-mounts)") }],
  });
  expect(canaryIs()).toEqual({ files: ["own"], own: OWN });
});

it("what the operator allows does reach the canary", async () => {
  writeFileSync(join(canary, "own"), OWN);
  chmodSync(join(canary, "own"), 0o666);
  await run("bind-mounts", {
    POLICY: JSON.stringify({ exceptions: { hostile: { "bind-mounts": [canary] } } }),
  });
  expect(canaryIs().own).toBe("spoilt\n");
}, 120_000);
