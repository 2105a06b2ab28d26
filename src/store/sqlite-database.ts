/**
 * SQLite in one file of the data folder, by node's own driver. Write-ahead logging with full syncs: what was promised before the
 * power went is there when it is back. The file is opened for this process alone, so a second bot on the same folder is
 * refused at once and cannot work on the same app domains.
 */
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { Mutex } from "async-mutex";
import { Fault } from "../verdict/fault.ts";
import type { Database, Query, Value } from "./database.ts";
import { migrate } from "./migrations.ts";

const FILE = "testme.db";

/** Throws a Fault where another process has the folder, or the file is of a newer shape. */
export const sqliteDatabase = (dataFolder: string): Database => {
  const database = open(dataFolder);
  const prepared = (sql: string, values: Value[]) => ({
    statement: database.prepare(sql.replaceAll(/\$(\d+)/g, "?$1")),
    values,
  });
  const bare: Query = {
    async all(sql, ...given) {
      const { statement, values } = prepared(sql, given);
      return statement.all(...values);
    },
    async change(sql, ...given) {
      const { statement, values } = prepared(sql, given);
      return Number(statement.run(...values).changes);
    },
  };
  // One connection: a statement from outside would become part of the transaction that is open.
  const mutex = new Mutex();
  return {
    all: (sql, ...values) => mutex.runExclusive(() => bare.all(sql, ...values)),
    change: (sql, ...values) => mutex.runExclusive(() => bare.change(sql, ...values)),
    atOnce: (work) =>
      mutex.runExclusive(async () => {
        database.exec("BEGIN IMMEDIATE");
        try {
          const result = await work(bare);
          database.exec("COMMIT");
          return result;
        } catch (error) {
          if (database.isTransaction) database.exec("ROLLBACK");
          throw error;
        }
      }),
    close: () => mutex.runExclusive(async () => database.close()),
  };
};

const open = (folder: string): DatabaseSync => {
  mkdirSync(folder, { recursive: true });
  const database = new DatabaseSync(join(folder, FILE), { timeout: 0 });
  try {
    database.exec("PRAGMA locking_mode = EXCLUSIVE; PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;");
    // The lock is taken by the first write, and held for good.
    database.exec("BEGIN EXCLUSIVE; COMMIT;");
    migrate(database);
    return database;
  } catch (error) {
    database.close();
    if (!(error instanceof Error) || !/database is locked/.test(error.message)) throw error;
    throw new Fault(
      "bot",
      `Another testme works on ${folder}`,
      "End it first, or give this one a folder of its own in TESTME_DATA.",
      error,
    );
  }
};
