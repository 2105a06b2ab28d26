/** The store of a bot that works alone: SQLite in its data folder, and the evidence beside it, one folder a run. */
import { randomUUID } from "node:crypto";
import { join } from "node:path";
import { aloneAs } from "./session.ts";
import { sqlStore } from "./sql-store.ts";
import { sqliteDatabase } from "./sqlite-database.ts";
import type { Store } from "./store.ts";

/** Throws a Fault where another process has the folder, or the file is of a newer shape. */
export const sqliteStore = (dataFolder: string, now: () => Date): Promise<Store> =>
  sqlStore(sqliteDatabase(dataFolder), {
    session: aloneAs(randomUUID()),
    runsDirectory: join(dataFolder, "runs"),
    now,
  });
