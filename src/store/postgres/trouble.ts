/**
 * What PostgreSQL and the way to it can say, sorted: a clash of transactions is tried again, what a person can mend is a fault,
 * and an error in our own SQL stays what it is. The url's password never gets into a message.
 */
import { DatabaseError } from "pg";
import { Fault } from "../../verdict/fault.ts";

/** Serialisation failure and deadlock: the transaction was undone as a whole, and done again it may well go through. */
const CLASH = /^(40001|40P01)$/;
const FAULTS: readonly { codes: RegExp; says: string; mend: string }[] = [
  {
    codes: CLASH,
    says: "is too busy",
    mend: "See what else works on that database; it should be testme's own.",
  },
  {
    codes: /^(57014|55P03)$/,
    says: "is too slow",
    mend: "See what else works on that server, and that its disk keeps up.",
  },
  {
    codes: /^(28...|3D000|42501)$/,
    says: "refuses us",
    mend: "Correct the user, the password or the database in STORE, or give that user its rights.",
  },
  {
    codes: /^42704$/,
    says: "is too old",
    mend: "Give testme a PostgreSQL of version 14 or newer.",
  },
];
const AWAY = /^(08|53|57|58|25P0)/;

/** Also where it is a fault already. */
export const isClash = (thrown: unknown): boolean =>
  CLASH.test(codeOf(thrown instanceof Fault ? thrown.cause : thrown));

/** As it is told to a person; `url` names the server. What is a defect of ours comes back as it was. */
export const asDatabaseFault = (thrown: unknown, url: string): unknown => {
  if (!(thrown instanceof DatabaseError)) return thrown;
  const code = codeOf(thrown);
  const known = FAULTS.find(({ codes }) => codes.test(code));
  if (known)
    return new Fault(
      "bot",
      `The database ${placeOf(url)} ${known.says}: ${thrown.message}`,
      known.mend,
      thrown,
    );
  return AWAY.test(code) ? awayFault(thrown, url) : thrown;
};

/** There is no way to the server, or there is none any more. */
export const awayFault = (cause: unknown, url: string): Fault =>
  new Fault(
    "bot",
    `The database ${placeOf(url)} is away: ${wordsOf(cause)}`,
    "See that PostgreSQL runs there and can be reached from here; what was promised is kept in it.",
    cause,
  );

/** Host, port and database, without user and password. */
const placeOf = (url: string): string => {
  const { host, pathname, searchParams } = new URL(url);
  return `${searchParams.get("host") ?? host}${pathname}`;
};

const codeOf = (thrown: unknown): string => (thrown instanceof DatabaseError ? (thrown.code ?? "") : "");

/** Where a host has several addresses, node tells of each try and leaves the whole without a word. */
const wordsOf = (cause: unknown): string => {
  if (cause instanceof AggregateError && cause.message === "") return cause.errors.map(wordsOf).join("; ");
  return cause instanceof Error ? cause.message : String(cause);
};
