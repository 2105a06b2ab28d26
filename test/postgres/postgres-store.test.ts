/** PostgreSQL passes what any store has to, and what only several bots can show: each thing has one bot, and a dead one's have another. */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { openPostgres } from "../../src/store/postgres/open-postgres.ts";
import { bringIntoShape, SHAPE } from "../../src/store/postgres/shape.ts";
import { postgresStore } from "../../src/store/postgres-store.ts";
import type { Store } from "../../src/store/store.ts";
import { freshDatabase, serverOfTheTests } from "../support/postgres.ts";
import { check, delivery, run, storeContract } from "../support/store-contract.ts";

let folder: string;
let url: string;
const opened: Store[] = [];
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "testme-store-"));
  url = await freshDatabase(serverOfTheTests());
});
afterEach(async () => {
  for (const store of opened.splice(0)) await store.close();
  await rm(folder, { recursive: true });
});
const openOne = async (): Promise<Store> => {
  const store = await postgresStore(
    url,
    folder,
    () => new Date(),
    (fault) => {
      throw fault;
    },
  );
  opened.push(store);
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

test("two bots that start at the same moment share one database and one name", async () => {
  const [one, other] = await Promise.all([openOne(), openOne()]);
  expect(one.owner).toBe(other.owner);
  expect([one.leads(), other.leads()].toSorted()).toEqual([false, true]);
});

test("of two bots one alone gets a run and an app domain, however often they try at once", async () => {
  const bots = [await openOne(), await openOne()];
  for (let n = 0; n < 20; n++) await bots[0]?.add(run(`r${n}`));
  const claims = await Promise.all(
    Array.from({ length: 20 }, (_, n) => Promise.all(bots.map((bot) => bot.claim(`r${n}`)))),
  );
  expect(claims.map((both) => both.toSorted())).toEqual(Array(20).fill([1, null]));
  const locks = await Promise.all(
    Array.from({ length: 20 }, (_, n) => Promise.all(bots.map((bot, b) => bot.lock(`d${n}`, `r${b}`)))),
  );
  expect(locks.map((both) => both.toSorted())).toEqual(Array(20).fill([false, true]));
});

test("the same delivery to two bots is one; who received it answers it; who leads sends what both post", async () => {
  const [leader, other] = [await openOne(), await openOne()];
  const received = await Promise.all([leader.receive(delivery("g1")), other.receive(delivery("g1"))]);
  expect(received.toSorted()).toEqual([false, true]);
  await other.receive(delivery("g2"));
  await leader.adopt();
  expect((await other.unanswered()).map(({ guid }) => guid)).toContain("g2");
  expect((await leader.unanswered()).map(({ guid }) => guid)).not.toContain("g2");
  await Promise.all([leader.post("r1", check("a", "by one")), other.post("r1", check("b", "by the other"))]);
  expect((await leader.unsent()).map(({ key }) => key).toSorted()).toEqual(["a", "b"]);
  expect(await other.unsent()).toEqual([]);
});

test("what a bot changes is heard by the others, and a bot that ends leaves its runs and the lead to them", async () => {
  const [one, other] = [await openOne(), await openOne()];
  const heard = Promise.withResolvers<void>();
  other.onChange(heard.resolve);
  await one.add(run("r1"));
  await heard.promise;
  await one.claim("r1");
  await one.lock("wiki.test", "r1");
  await other.adopt();
  expect((await other.openRuns()).map(({ isWorking }) => isWorking)).toEqual([true]);
  const leads = Promise.withResolvers<void>();
  other.onChange(() => other.leads() && leads.resolve());
  await one.close();
  await leads.promise;
  await other.adopt();
  expect(await other.claim("r1")).toBe(2);
  expect(await other.lock("wiki.test", "r1")).toBe(true);
});

test("a database of a newer bot is refused, and one step more is taken once", async () => {
  await openOne();
  const { database, session } = await openPostgres(url, "a newer one", (fault) => {
    throw fault;
  });
  const more = [...SHAPE, "CREATE TABLE more (n INTEGER)"];
  await bringIntoShape(database, more);
  await bringIntoShape(database, more);
  await session.close();
  await expect(openOne()).rejects.toThrow(
    new RegExp(`is of a newer testme \\(shape ${SHAPE.length + 1}, this one knows ${SHAPE.length}\\)`),
  );
});

test("a database from before levels were kept loses nothing, and keeps them from now on", async () => {
  const older = await openPostgres(url, "an older one", (fault) => {
    throw fault;
  });
  await bringIntoShape(older.database, SHAPE.slice(0, 1));
  await older.database.change("INSERT INTO settings (key, value) VALUES ('owner', 'o')");
  await older.database.change("INSERT INTO evidence (run_id, evidence) VALUES ('r1', '{}')");
  await older.session.close();
  const store = await openOne();
  expect(store.owner).toBe("o");
  expect(await store.results("r1")).toBeNull();
  const { head } = run("r1");
  const green = { repository: "coop/wiki", branch: "main", head, runId: "r1", level: 5 } as const;
  await store.saveGreen({ ...green, at: "2026-01-05T12:00:00.000Z" });
  expect(await store.greens("coop/wiki", "main")).toMatchObject([green]);
});
