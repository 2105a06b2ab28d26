/**
 * The one connection of a bot to PostgreSQL: its life is the bot's life. All that proves the bot alive hangs on it and all that
 * the bot writes goes over it, so a bot that is taken for dead cannot write any more, whatever it believes. Invariant: the bot
 * knows that the connection is lost before the server gives it up (`answerMs` and a beat are less than `silenceMs`), and it
 * is never opened again; who comes after is another bot.
 */
import { Socket } from "node:net";
import { Mutex } from "async-mutex";
import { Client, DatabaseError, types } from "pg";
import type { Fault } from "../../verdict/fault.ts";
import type { Query, Row, Value } from "../database.ts";
import { asDatabaseFault, awayFault } from "./trouble.ts";

export type Rhythm = {
  /** How often the server is asked for a sign of life, and who else lives. */
  beatMs: number;
  /** So long one statement may take, and so long an answer is waited for. */
  statementMs: number;
  answerMs: number;
  /** So long the server bears with a bot from which it hears nothing. */
  silenceMs: number;
};
export const RHYTHM: Rhythm = { beatMs: 2000, statementMs: 5000, answerMs: 8000, silenceMs: 20_000 };

export type Connection = {
  /** One after the other: nobody else's statement comes between those of `work`. */
  alone<T>(work: (query: Query) => Promise<T>): Promise<T>;
  /** What is told on a channel that was LISTENed to. */
  onNotice(listener: (words: string) => void): void;
  isOpen(): boolean;
  /** Ends it on purpose; that is no loss. */
  close(): Promise<void>;
};

/** Throws a Fault where there is no way in. `onLost` is called once, at the latest by the next beat. */
export const connect = async (
  url: string,
  name: string,
  { statementMs, answerMs, silenceMs }: Rhythm,
  onLost: (fault: Fault) => void,
): Promise<Connection> => {
  const socket = new Socket();
  const client = new Client({
    connectionString: url,
    stream: () => socket,
    application_name: name,
    connectionTimeoutMillis: answerMs,
    query_timeout: answerMs,
    types: { getTypeParser: numbers },
    options: optionsOf({
      default_transaction_isolation: "serializable",
      statement_timeout: statementMs,
      // The server's own clocks: they also notice a host that is gone and a process that hangs.
      idle_session_timeout: silenceMs,
      idle_in_transaction_session_timeout: silenceMs,
      tcp_user_timeout: silenceMs,
    }),
  });
  try {
    await client.connect();
  } catch (error) {
    socket.destroy();
    throw error instanceof DatabaseError ? asDatabaseFault(error, url) : awayFault(error, url);
  }

  const mutex = new Mutex();
  let end: Error | null = null;
  const lose = (cause: unknown): void => {
    if (end) return;
    const fault = awayFault(cause, url);
    end = fault;
    socket.destroy();
    onLost(fault);
  };
  client.on("error", lose);
  client.on("end", () => lose(new Error("it ended the connection")));
  const ask = async (sql: string, values: Value[]) => {
    if (end) throw end;
    try {
      return await client.query<Row>(sql, values);
    } catch (error) {
      // Where the server said no, it is there; all else is about the way to it.
      if (error instanceof DatabaseError) throw asDatabaseFault(error, url);
      lose(error);
      throw end ?? error;
    }
  };
  const query: Query = {
    all: async (sql, ...values) => (await ask(sql, values)).rows,
    change: async (sql, ...values) => (await ask(sql, values)).rowCount ?? 0,
  };
  return {
    alone: (work) => mutex.runExclusive(() => work(query)),
    onNotice: (listener) => void client.on("notification", ({ payload }) => listener(payload ?? "")),
    isOpen: () => end === null,
    close: () =>
      mutex.runExclusive(async () => {
        if (end) return;
        end = new Error("The database was closed");
        await client.end();
      }),
  };
};

/** Counts and sequences are bigint, which pg gives as text; ours stay below 2^53. */
const numbers: typeof types.getTypeParser = (type: number, format?: "text" | "binary") =>
  type === types.builtins.INT8 ? Number : types.getTypeParser(type, format);

const optionsOf = (settings: Record<string, string | number>): string =>
  Object.entries(settings)
    .map(([name, value]) => `-c ${name}=${value}`)
    .join(" ");
