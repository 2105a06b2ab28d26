/** The store that several bots share, on PostgreSQL. Evidence is in the database for all, and as files with the bot that wrote it. */
import { randomUUID } from "node:crypto";
import { join } from "node:path";
import type { Fault } from "../verdict/fault.ts";
import { openPostgres } from "./postgres/open-postgres.ts";
import { bringIntoShape } from "./postgres/shape.ts";
import { sqlStore } from "./sql-store.ts";
import type { Store } from "./store.ts";

/**
 * Throws a Fault where there is no way in, or the database is of a newer shape. `onLost`, called once, says that the way is gone: the
 * others take what this bot had, so it has to end at once.
 */
export const postgresStore = async (
  url: string,
  dataFolder: string,
  now: () => Date,
  onLost: (fault: Fault) => void,
): Promise<Store> => {
  const { database, session } = await openPostgres(url, randomUUID(), onLost);
  try {
    await bringIntoShape(database);
    return await sqlStore(database, { session, runsDirectory: join(dataFolder, "runs"), now });
  } catch (error) {
    await session.close();
    throw error;
  }
};
