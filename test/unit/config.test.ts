/** The settings that are more than a word or a number. */
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { readBotConfig, readEngineConfig } from "../../src/config.ts";

const MIB = 1024 ** 2;
let path: string;
beforeAll(async () => {
  path = await mkdtemp(join(tmpdir(), "testme-config-"));
  await writeFile(join(path, "docker"), "", { mode: 0o755 });
});
afterAll(() => rm(path, { recursive: true }));

const read = (settings: Record<string, string> = {}) => readEngineConfig({ PATH: path, ...settings });

test("a run wants 256 MiB of memory and 2 GiB of disk, and waits ten minutes for them", () => {
  expect(read()).toMatchObject({
    wantedRoom: { memoryBytes: 256 * MIB, diskBytes: 2048 * MIB },
    preflightWaitMs: 600_000,
  });
});

test.each([
  ["0", 0],
  ["1024", 1024],
  ["64k", 64 * 1024],
  ["512M", 512 * MIB],
  ["512mb", 512 * MIB],
  ["512MiB", 512 * MIB],
  ["1.5G", 1536 * MIB],
  ["2 GB", 2048 * MIB],
  ["1T", 1024 ** 2 * MIB],
  ["", 256 * MIB],
])("an amount is written as for docker: %j", (text, bytes) => {
  expect(read({ MIN_FREE_MEMORY: text }).wantedRoom.memoryBytes).toBe(bytes);
});

test.each(["-1", "M", "12 apples", "1..5G", "1e9", "5GG", "50%"])(
  "what is no amount is told with what would be right: %j",
  (text) => {
    expect(() => read({ MIN_FREE_DISK: text })).toThrow(
      "The settings are wrong:\n  MIN_FREE_DISK: give an amount such as 512M or 2G",
    );
  },
);

test("a recipe's own tests reach their stack, unless the bot is told otherwise in one word", () => {
  expect(read().testsNetwork).toBe("stack");
  expect(read({ OWN_TESTS_NETWORK: "open" }).testsNetwork).toBe("open");
  expect(() => read({ OWN_TESTS_NETWORK: "internet" })).toThrow("OWN_TESTS_NETWORK: ");
});

test("a wait of 0 is none, and what is no time is told", () => {
  expect(read({ PREFLIGHT_WAIT: "0" }).preflightWaitMs).toBe(0);
  expect(() => read({ PREFLIGHT_WAIT: "soon" })).toThrow("PREFLIGHT_WAIT: give a number of seconds");
  expect(() => read({ PREFLIGHT_WAIT: "-1" })).toThrow("PREFLIGHT_WAIT: ");
});

test("stages are taken in their order, however they were written, and by default all of them", () => {
  expect(read().stages).toEqual(["install", "upgrade", "backup", "restore", "custom", "lint"]);
  expect(read({ STAGES: "lint, upgrade,install" }).stages).toEqual(["install", "upgrade", "lint"]);
});

test.each(["install,deploy", ",", "install upgrade"])("a stage that there is not is told: %j", (STAGES) => {
  expect(() => read({ STAGES })).toThrow(
    /STAGES\S*: give a list of: install, upgrade, backup, restore, custom, lint/,
  );
});

test("abra deploys where it is chosen, and has to be there then", async () => {
  expect(read()).toMatchObject({ abra: null });
  expect(() => read({ DEPLOYER: "abra" })).toThrow("DEPLOYER: there is no `abra` on PATH");
  expect(() => read({ DEPLOYER: "podman" })).toThrow("DEPLOYER: ");
  const program = join(path, "abra");
  await writeFile(program, "", { mode: 0o755 });
  expect(read({ DEPLOYER: "abra" })).toMatchObject({ abra: program });
  expect(read({ DEPLOYER: "docker" })).toMatchObject({ abra: null });
  await rm(program);
});

test("a policy is JSON or a file of it; one that says nothing sensible is told", async () => {
  const policy = JSON.stringify({ networks: ["backbone"], exceptions: { "a/b": { privileged: true } } });
  expect(read().policy).toMatchObject({ networks: ["proxy"], exceptions: {} });
  expect(read({ POLICY: policy }).policy).toMatchObject({ networks: ["backbone"], maxReplicas: 20 });
  await writeFile(join(path, "policy.json"), policy);
  expect(read({ POLICY: join(path, "policy.json") }).policy).toEqual(read({ POLICY: policy }).policy);
  const wrong: Record<string, RegExp> = {
    [join(path, "lost.json")]: /POLICY: give JSON, or the path of a file/,
    "{": /POLICY: /,
    '{"network": []}': /POLICY: Unrecognized key/,
    '{"maxReplicas": "many"}': /POLICY: maxReplicas: /,
    '{"exceptions": {"*": {"privilege": true}}}': /POLICY: exceptions\.\*: there is no rule privilege/,
  };
  for (const [POLICY, says] of Object.entries(wrong)) expect(() => read({ POLICY }), POLICY).toThrow(says);
});

const bot = (settings: Record<string, string>) =>
  readBotConfig({ APP_ID: "1", PRIVATE_KEY: "PRIVATE KEY", WEBHOOK_SECRET: "of the tests", ...settings });

test("whoever may write may do all but look after the bot, where nothing else is said", () => {
  const write = [{ is: "permission", least: "write" }];
  const admin = [{ is: "permission", least: "admin" }];
  expect(bot({}).may).toEqual({ run: write, cancel: write, retry: write, approve: write, admin });
  const team = { is: "team", org: "coop-cloud", slug: "testers" };
  const said = bot({ MAY_RUN: "write, @coop-cloud/testers", MAY_APPROVE: "nobody", MAY_CANCEL: "admin" }).may;
  expect(said).toEqual({ run: [...write, team], cancel: admin, retry: write, approve: [], admin });
});

test.each(["read", "everybody", "@testers", "write;admin"])("who may is no guess: %j", (MAY_RETRY) => {
  expect(() => bot({ MAY_RETRY })).toThrow(
    "MAY_RETRY: give a list of `write`, `admin` and `@organisation/team`, or `nobody`",
  );
});

const app = { APP_ID: "1", PRIVATE_KEY: "-----BEGIN PRIVATE KEY-----", WEBHOOK_SECRET: "long enough" };
const without = (name: keyof typeof app) => ({ ...app, [name]: undefined });

test("a secret may lie in a file, without the line end that an editor leaves", async () => {
  const [key, secret, store] = ["key.pem", "webhook-secret", "store"].map((name) => join(path, name));
  await writeFile(key ?? "", "-----BEGIN PRIVATE KEY-----\nabc\n-----END PRIVATE KEY-----\n");
  await writeFile(secret ?? "", "from a file\n");
  await writeFile(store ?? "", "postgres://bot:word@db/testme\n");
  const settings = { APP_ID: "1", PRIVATE_KEY_FILE: key, WEBHOOK_SECRET_FILE: secret };
  expect(readBotConfig(settings)).toMatchObject({
    privateKey: "-----BEGIN PRIVATE KEY-----\nabc\n-----END PRIVATE KEY-----",
    webhookSecret: "from a file",
  });
  expect(read({ STORE_FILE: store ?? "" }).storeUrl).toBe("postgres://bot:word@db/testme");
});

test("a file that cannot be read, is empty or says the same again is told by its setting, with the way out", async () => {
  await writeFile(join(path, "empty"), "\n");
  const wrong = (settings: NodeJS.ProcessEnv) => () => readBotConfig(settings);
  expect(wrong({ ...without("PRIVATE_KEY"), PRIVATE_KEY_FILE: "/nowhere/key.pem" })).toThrow(
    "PRIVATE_KEY_FILE: /nowhere/key.pem cannot be read (ENOENT); name a file that holds the secret and that the bot's user may read",
  );
  expect(wrong({ ...without("WEBHOOK_SECRET"), WEBHOOK_SECRET_FILE: path })).toThrow(
    "cannot be read (EISDIR)",
  );
  expect(wrong({ ...without("WEBHOOK_SECRET"), WEBHOOK_SECRET_FILE: join(path, "empty") })).toThrow(
    /WEBHOOK_SECRET_FILE: .*empty is empty; name a file/,
  );
  expect(wrong({ ...app, WEBHOOK_SECRET_FILE: join(path, "empty") })).toThrow(
    "WEBHOOK_SECRET_FILE: WEBHOOK_SECRET is given as well; leave one of the two out",
  );
  // Nothing else is looked for in files: a typing error would be a file that nobody reads.
  expect(wrong({ ...without("APP_ID"), APP_ID_FILE: join(path, "empty") })).toThrow("APP_ID: ");
});
