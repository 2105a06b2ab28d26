/** SQL on a PostgreSQL that several bots share: values come back as they went, and writes at the same time do not mix. */
import { afterEach, expect, test } from "vitest";
import type { Database } from "../../src/store/database.ts";
import { RHYTHM } from "../../src/store/postgres/connection.ts";
import { openPostgres } from "../../src/store/postgres/open-postgres.ts";
import { freshDatabase, serverOfTheTests } from "../support/postgres.ts";

const opened: Database[] = [];
afterEach(async () => {
  for (const database of opened.splice(0)) await database.close();
});

const open = async (url: string, rhythm = RHYTHM): Promise<Database> => {
  const { database } = await openPostgres(url, `bot ${opened.length}`, () => undefined, rhythm);
  opened.push(database);
  return database;
};
const openFresh = async (rhythm = RHYTHM) => open(await freshDatabase(serverOfTheTests()), rhythm);

test("text, numbers and null come back as they went; counts and sequences are numbers", async () => {
  const { all, change } = await openFresh();
  await change("CREATE TABLE things (seq BIGSERIAL PRIMARY KEY, words TEXT, amount INTEGER)");
  expect(
    await change(
      "INSERT INTO things (words, amount) VALUES ($1, $2), ($3, $4)",
      '{"a": "ü\\u0000\'"}',
      7,
      null,
      null,
    ),
  ).toBe(2);
  expect(await all("SELECT * FROM things ORDER BY seq")).toEqual([
    { seq: 1, words: '{"a": "ü\\u0000\'"}', amount: 7 },
    { seq: 2, words: null, amount: null },
  ]);
  expect(await all("SELECT count(*) AS n, coalesce(max(seq), 0) + 1 AS next FROM things")).toEqual([
    { n: 2, next: 3 },
  ]);
  expect(await change("UPDATE things SET amount = 1 WHERE seq = 9")).toBe(0);
  expect(await all("UPDATE things SET amount = 1 RETURNING seq")).toEqual([{ seq: 1 }, { seq: 2 }]);
});

test("what is done at once is done as a whole or not at all, and nobody's statement gets in between", async () => {
  const { all, change, atOnce } = await openFresh();
  await change("CREATE TABLE notes (note TEXT NOT NULL UNIQUE)");
  const failing = atOnce(async (within) => {
    await within.change("INSERT INTO notes VALUES ('a')");
    await within.change("INSERT INTO notes VALUES ('a')");
  });
  const beside = change("INSERT INTO notes VALUES ('beside')");
  await expect(failing).rejects.toThrow("duplicate key");
  await beside;
  expect(await all("SELECT note FROM notes")).toEqual([{ note: "beside" }]);
  await expect(
    atOnce(async (within) => {
      await within.change("INSERT INTO notes VALUES ('b')");
      throw new Error("changed its mind");
    }),
  ).rejects.toThrow("changed its mind");
  await atOnce((within) => within.change("INSERT INTO notes VALUES ('c')"));
  expect(await all("SELECT note FROM notes ORDER BY note")).toEqual([{ note: "beside" }, { note: "c" }]);
});

test("bots that write at the same time come out as if one had followed the other", async () => {
  const url = await freshDatabase(serverOfTheTests());
  const bots = [await open(url), await open(url), await open(url)];
  await bots[0]?.change("CREATE TABLE numbered (key TEXT PRIMARY KEY, seq BIGINT NOT NULL UNIQUE)");
  const times = Array.from({ length: 20 }, (_, time) => time);
  await Promise.all(
    bots.flatMap((bot, who) =>
      times.map((time) =>
        bot.atOnce((within) =>
          within.change(
            "INSERT INTO numbered VALUES ($1, (SELECT coalesce(max(seq), 0) + 1 FROM numbered))",
            `${who}.${time}`,
          ),
        ),
      ),
    ),
  );
  const rows = await bots[0]?.all("SELECT seq FROM numbered ORDER BY seq");
  expect(rows).toEqual(Array.from({ length: 60 }, (_, before) => ({ seq: before + 1 })));
});

test("of several who claim the same thing, one gets it", async () => {
  const url = await freshDatabase(serverOfTheTests());
  const bots = [await open(url), await open(url), await open(url)];
  await bots[0]?.change("CREATE TABLE runs (id INTEGER PRIMARY KEY, bot TEXT)");
  for (let id = 0; id < 20; id += 1) {
    await bots[0]?.change("INSERT INTO runs VALUES ($1, NULL)", id);
    const won = await Promise.all(
      bots.map((bot, who) =>
        bot.all("UPDATE runs SET bot = $1 WHERE id = $2 AND bot IS NULL RETURNING id", String(who), id),
      ),
    );
    expect(won.flat()).toEqual([{ id }]);
  }
});

test("who may not in is told what to mend, and never the password", async () => {
  const url = serverOfTheTests();
  const wrong = (change: Partial<URL>) => open(Object.assign(new URL(url), change).href);
  const refused = /^The database 127\.0\.0\.1:\d+\/\w+ refuses us: /;
  await expect(wrong({ password: "hush" })).rejects.toMatchObject({
    party: "bot",
    message: expect.stringMatching(refused),
    mend: expect.stringContaining("STORE"),
  });
  await expect(wrong({ pathname: "nowhere" })).rejects.toThrow(refused);
  await expect(wrong({ password: "hush" })).rejects.not.toThrow("hush");
  await expect(wrong({ hostname: "nowhere.invalid" })).rejects.toThrow(
    /^The database nowhere\.invalid:\d+\/postgres is away: /,
  );
});

test("an error of our own SQL is no fault of the server's, a statement that takes too long is", async () => {
  const { all } = await openFresh({ ...RHYTHM, statementMs: 500 });
  await expect(all("SELECT wrong")).rejects.toMatchObject({ name: "error", code: "42703" });
  await expect(all("SELECT pg_sleep(30)")).rejects.toThrow(/is too slow: /);
  expect(await all("SELECT 1 AS one")).toEqual([{ one: 1 }]);
});
