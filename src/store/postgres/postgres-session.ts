/**
 * A bot among those that share a PostgreSQL. What it is, it is by advisory locks of its connection: one under its own name, which
 * proves it alive, and one that all want, whose holder leads. Both end with the connection, at the very moment in which the
 * server gives it up, and nothing has to expire. Who dies is seen by the next beat, by all who heard of it: it tells of its
 * coming and of all that it changes. The locks are the database's, so it has to be testme's own.
 */
import { createHash } from "node:crypto";
import { Fault } from "../../verdict/fault.ts";
import type { Query } from "../database.ts";
import type { Session } from "../session.ts";
import type { Connection } from "./connection.ts";

const CHANNEL = "testme";
/** The first half of an advisory lock's key says what kind it is, the second whose. */
const ALIVE = 1;
const LEAD = 2;
const LIVING = `SELECT objid::bigint AS bot FROM pg_locks
  WHERE locktype = 'advisory' AND granted AND classid = ${ALIVE} AND objsubid = 2
    AND database = (SELECT oid FROM pg_database WHERE datname = current_database())`;

/** Throws a Fault where a bot of that name lives. */
export const postgresSession = async (
  { alone, onNotice, isOpen, close }: Connection,
  bot: string,
  beatMs: number,
): Promise<Session> => {
  const listeners: (() => void)[] = [];
  const changed = () => {
    for (const listener of listeners) listener();
  };
  let isLeading = false;
  let living = "";
  let timer: NodeJS.Timeout;

  /** Whether anything is other than it was. */
  const look = async (query: Query): Promise<boolean> => {
    const before = `${isLeading} ${living}`;
    if (!isLeading) isLeading = await tryLock(query, LEAD, 0);
    living = (await query.all(`${LIVING} ORDER BY bot`)).map((row) => row.bot).join();
    return `${isLeading} ${living}` !== before;
  };
  const beat = async () => {
    // What fails here and is not a loss, of which the bot is told, the next beat makes good.
    if (await alone(look).catch(() => false)) changed();
    if (isOpen()) beatLater();
  };
  const beatLater = () => {
    timer = setTimeout(() => void beat(), beatMs).unref();
  };
  /** Does it when its turn comes; whoever wants it before that wants the same. It fails as a beat does. */
  const soon = (work: (query: Query) => Promise<unknown>) => {
    let isWaiting = false;
    return () => {
      if (isWaiting) return;
      isWaiting = true;
      const begin = (query: Query) => {
        isWaiting = false;
        return work(query);
      };
      void alone(begin).catch(() => undefined);
    };
  };
  const tell = (query: Query) => query.all("SELECT pg_notify($1, $2)", CHANNEL, bot);
  const heed = soon(async (query) => {
    await look(query);
    changed();
  });

  if (!(await alone((query) => tryLock(query, ALIVE, keyOf(bot)))))
    throw new Fault("bot", `Another bot is called ${bot}`, "End it, or start this one anew.");
  onNotice((from) => {
    if (from !== bot) heed();
  });
  await alone((query) => query.change(`LISTEN ${CHANNEL}`));
  await alone(look);
  await alone(tell);
  beatLater();
  return {
    bot,
    isAlive: async (other) =>
      (await alone((query) => query.all(`${LIVING} AND objid::bigint = $1`, unsigned(keyOf(other))))).length >
      0,
    leads: () => isLeading,
    onChange: (listener) => void listeners.push(listener),
    notify: soon(tell),
    async close() {
      clearTimeout(timer);
      await close();
    },
  };
};

const tryLock = async (query: Query, kind: number, key: number): Promise<boolean> => {
  const [row] = await query.all(
    "SELECT pg_try_advisory_lock($1::integer, $2::integer) AS is_ours",
    kind,
    key,
  );
  return row?.is_ours === true;
};

/** A name as a key of 32 bits, and that key as `pg_locks` shows it. */
const keyOf = (name: string): number => createHash("sha256").update(name).digest().readInt32BE();
const unsigned = (key: number): number => key >>> 0;
