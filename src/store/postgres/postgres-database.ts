/**
 * The database on a PostgreSQL that several bots share. Every statement and every atOnce is a serialisable transaction: whatever
 * bots do at the same time, it comes out as if one had done it after the other. Where two clash, PostgreSQL undoes one of them as
 * a whole and it is done again here; so the work of an atOnce does nothing but speak to the database. Where the connection is
 * lost amid a write, nobody knows whether it was written: the bot is at its end, and the next one reads what is there.
 */
import pRetry from "p-retry";
import type { Database, Query } from "../database.ts";
import type { Connection } from "./connection.ts";
import { isClash } from "./trouble.ts";

/** A few seconds in all; the random part keeps two from clashing in step. */
const AGAIN = { retries: 12, minTimeout: 3, factor: 2, maxTimeout: 500, randomize: true };

export const postgresDatabase = ({ alone, close }: Connection): Database => {
  const untilDone = <T>(work: (query: Query) => Promise<T>): Promise<T> =>
    pRetry(() => alone(work), { ...AGAIN, shouldRetry: ({ error }) => isClash(error) });
  return {
    all: (sql, ...values) => untilDone((query) => query.all(sql, ...values)),
    change: (sql, ...values) => untilDone((query) => query.change(sql, ...values)),
    atOnce: (work) => untilDone((query) => transaction(query, work)),
    close,
  };
};

const transaction = async <T>(query: Query, work: (within: Query) => Promise<T>): Promise<T> => {
  await query.change("BEGIN");
  try {
    const result = await work(query);
    await query.change("COMMIT");
    return result;
  } catch (error) {
    // It fails only where the connection is lost, and then the server has undone it.
    await query.change("ROLLBACK").catch(() => undefined);
    throw error;
  }
};
