/** SQLite passes what any store has to, and keeps its own promises: one process, no half migration, nothing lost at once. */
import { execFile } from "node:child_process";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { promisify } from "node:util";
import { afterEach, beforeEach, expect, test } from "vitest";
import { Commit } from "../../../src/recipe/commit.ts";
import { MIGRATIONS, migrate } from "../../../src/store/migrations.ts";
import { sqliteStore } from "../../../src/store/sqlite-store.ts";
import type { Store } from "../../../src/store/store.ts";
import { storeContract, unsentIn } from "../../support/store-contract.ts";

let folder: string;
let opened: Store | null = null;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "testme-store-"));
});
afterEach(async () => {
  await opened?.close();
  opened = null;
  await rm(folder, { recursive: true });
});
const now = () => new Date();
const openOne = async (): Promise<Store> => {
  const store = await sqliteStore(folder, now);
  opened = store;
  return store;
};

storeContract(async () => {
  const store = await openOne();
  return {
    store,
    async reopen() {
      await store.close();
      return openOne();
    },
  };
});

const modules = join(import.meta.dirname, "../../../src/store/sqlite-store.ts");
const inAnotherProcess = (code: string) =>
  promisify(execFile)(process.execPath, [
    "--input-type=module",
    "--eval",
    `import { sqliteStore } from ${JSON.stringify(modules)}; const folder = ${JSON.stringify(folder)}; const now = () => new Date(); ${code}`,
  ]);

test("a second process on the same folder is refused, and told the way out", async () => {
  await openOne();
  await expect(inAnotherProcess("await sqliteStore(folder, now)")).rejects.toThrow(
    /Another testme works on /,
  );
  await opened?.close();
  opened = null;
  await inAnotherProcess("await sqliteStore(folder, now)");
});

test("what was stored before the process was killed is there, and nobody's lock is", async () => {
  const killed = inAnotherProcess(
    `const s = await sqliteStore(folder, now);
     await s.receive({ guid: "g1", once: "o1", receivedAt: "2026-01-05T12:00:00.000Z", askedAt: "2026-01-05T12:00:00.000Z",
       intake: { is: "comment", repository: { owner: "o", repo: "r", installation: 1 }, pull: 1, commentId: 2, login: "l", body: "!testme" } });
     process.kill(process.pid, "SIGKILL");`,
  );
  await expect(killed).rejects.toMatchObject({ signal: "SIGKILL" });
  const store = await openOne();
  await store.adopt();
  expect((await store.unanswered()).map(({ guid }) => guid)).toEqual(["g1"]);
});

test("a file of a newer bot is refused and left as it is", async () => {
  await (await openOne()).close();
  opened = null;
  const file = join(folder, "testme.db");
  const database = new DatabaseSync(file);
  database.exec("PRAGMA user_version = 99");
  database.close();
  const before = await readFile(file);
  await expect(openOne()).rejects.toThrow(/is of a newer testme \(shape 99/);
  expect((await readFile(file)).equals(before)).toBe(true);
});

test("a migration that fails half-way leaves the shape and the rows of before", () => {
  const database = new DatabaseSync(":memory:");
  migrate(database);
  database.exec("INSERT INTO settings (key, value) VALUES ('owner', 'o')");
  const bad = "ALTER TABLE settings ADD COLUMN more TEXT; INSERT INTO nowhere VALUES (1)";
  expect(() => migrate(database, [...MIGRATIONS, bad])).toThrow(/nowhere/);
  expect(database.prepare("SELECT * FROM settings").all()).toMatchObject([{ value: "o" }]);
  expect(Object.keys(database.prepare("SELECT * FROM settings").get() ?? {})).not.toContain("more");
  expect(database.prepare("PRAGMA user_version").get()).toEqual({ user_version: MIGRATIONS.length });
});

test("a file from before levels were kept loses nothing, and keeps them from now on", async () => {
  const database = new DatabaseSync(join(folder, "testme.db"));
  migrate(database, MIGRATIONS.slice(0, 3));
  database.exec("INSERT INTO evidence (run_id, evidence) VALUES ('r1', '{}')");
  database.exec("INSERT INTO settings (key, value) VALUES ('owner', 'o')");
  database.close();
  const store = await openOne();
  expect(store.owner).toBe("o");
  expect(await store.results("r1")).toBeNull();
  const green = { repository: "coop/wiki", branch: "main", head: Commit.parse("7".repeat(40)) };
  await store.saveGreen({ ...green, runId: "r1", level: 5, at: "2026-01-05T12:00:00.000Z" });
  expect(await store.greens("coop/wiki", "main")).toMatchObject([green]);
  await store.close();
  opened = null;
  const file = new DatabaseSync(join(folder, "testme.db"));
  expect(file.prepare("SELECT run_id, evidence FROM evidence").all()).toEqual([
    { run_id: "r1", evidence: "{}" },
  ]);
  file.close();
});

test("rows of every earlier shape are there after the migration, and mean the same", async () => {
  const file = join(folder, "testme.db");
  const database = new DatabaseSync(file);
  migrate(database, MIGRATIONS.slice(0, 2));
  const source = {
    is: "pull-request",
    owner: "coop",
    repo: "wiki",
    number: 1,
    installation: 7,
    cloneUrl: "https://github.example/coop/wiki.git",
    targetBranch: "main",
    askedBy: "maya",
  };
  const at = "2026-01-05T12:00:00.000Z";
  const head = "7".repeat(40);
  const runOf = (id: string) => ({
    id,
    recipe: "wiki",
    head,
    source,
    stages: ["install", "upgrade"],
    from: null,
    acceptedAt: at,
  });
  const insert = (sql: string, ...values: (string | number | null)[]) => database.prepare(sql).run(...values);
  for (const [id, begun, working, by, concluded] of [
    ["cut", 1, 1, null, null],
    ["waits", 0, 0, "cancelled by maya", null],
    ["over", 1, 0, null, at],
  ] as const)
    insert(
      "INSERT INTO runs (id, head, run, begun, is_working, cancelled_by, concluded_at) VALUES (?, ?, ?, ?, ?, ?, ?)",
      id,
      head,
      JSON.stringify(runOf(id)),
      begun,
      working,
      by,
      concluded,
    );
  const repository = { owner: "coop", repo: "wiki", installation: 7 };
  const asked = { repository, pull: 1, login: "maya" };
  for (const [guid, intake, answered] of [
    ["second", { is: "rerequest", ...asked, head }, 0],
    ["a push", { is: "push", repository, pull: 1, head }, 0],
    ["answered", { is: "comment", ...asked, commentId: 3, body: "!testme" }, 1],
  ] as const)
    insert(
      "INSERT INTO deliveries (guid, once, received_at, intake, is_answered) VALUES (?, ?, ?, ?, ?)",
      guid,
      guid,
      at,
      JSON.stringify(intake),
      answered,
    );
  const message = { key: "k", repository, is: "comment", issue: 1, body: "b" };
  insert("INSERT INTO outbox (key, seq, run_id, message) VALUES ('k', 1, 'cut', ?)", JSON.stringify(message));
  database.close();

  const store = await openOne();
  await store.adopt();
  expect(await store.openRuns()).toEqual([
    { run: runOf("cut"), askedAt: at, begun: 1, isWorking: false, cancelledBy: null },
    { run: runOf("waits"), askedAt: at, begun: 0, isWorking: false, cancelledBy: "cancelled by maya" },
  ]);
  expect((await store.runsAt(Commit.parse(head))).map(({ id }) => id)).toEqual(["cut", "waits", "over"]);
  expect(await store.unanswered()).toMatchObject([
    { guid: "second", askedAt: at, intake: { is: "rerequest", stage: null } },
    { guid: "a push", intake: { is: "push", login: "" } },
  ]);
  expect((await unsentIn(store)).map((posted) => posted.message)).toEqual([message]);
  expect(await store.claim("cut")).toBe(2);
});
