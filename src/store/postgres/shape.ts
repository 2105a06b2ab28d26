/**
 * The database's shape on PostgreSQL, as the steps that led to it: as for SQLite (../migrations.ts), a step that was released is
 * never edited. Bots that start at the same moment take turns; one that is older than the database is refused.
 */
import { Fault } from "../../verdict/fault.ts";
import type { Database, Query } from "../database.ts";

/** Of advisory locks, the kind that nobody else uses (postgres-session.ts). */
const SHAPE_LOCK = 3;

export const SHAPE: readonly string[] = [
  `
  CREATE TABLE settings (key TEXT PRIMARY KEY, value TEXT NOT NULL);
  CREATE TABLE deliveries (
    seq BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    guid TEXT NOT NULL UNIQUE,
    once TEXT NOT NULL UNIQUE,
    received_at TEXT NOT NULL,
    asked_at TEXT NOT NULL,
    intake TEXT NOT NULL,
    bot TEXT NOT NULL,
    is_answered INTEGER NOT NULL DEFAULT 0
  );
  CREATE INDEX unanswered ON deliveries (seq) WHERE is_answered = 0;
  CREATE TABLE runs (
    seq BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    id TEXT NOT NULL UNIQUE,
    head TEXT NOT NULL,
    repository TEXT NOT NULL,
    is_short INTEGER NOT NULL,
    run TEXT NOT NULL,
    asked_at TEXT NOT NULL,
    begun INTEGER NOT NULL DEFAULT 0,
    begun_at TEXT,
    bot TEXT,
    cancelled_by TEXT,
    concluded_at TEXT
  );
  CREATE INDEX runs_by_head ON runs (head);
  CREATE INDEX open_runs ON runs (seq) WHERE concluded_at IS NULL;
  CREATE TABLE outbox (
    key TEXT PRIMARY KEY,
    seq BIGINT NOT NULL UNIQUE,
    run_id TEXT,
    message TEXT NOT NULL,
    is_final INTEGER NOT NULL,
    posted_at TEXT NOT NULL,
    sent_seq BIGINT,
    check_run_id BIGINT
  );
  CREATE INDEX outbox_by_run ON outbox (run_id);
  CREATE INDEX unsent ON outbox (seq) WHERE sent_seq IS NULL OR sent_seq < seq;
  CREATE TABLE stages (
    run_id TEXT NOT NULL,
    stage TEXT NOT NULL,
    repository TEXT NOT NULL,
    verdict TEXT NOT NULL,
    started_at TEXT,
    ended_at TEXT NOT NULL,
    PRIMARY KEY (run_id, stage)
  );
  CREATE INDEX stages_by_end ON stages (ended_at);
  CREATE TABLE findings (
    run_id TEXT NOT NULL,
    stage TEXT NOT NULL,
    place INTEGER NOT NULL,
    finding TEXT NOT NULL,
    detail TEXT NOT NULL,
    PRIMARY KEY (run_id, stage, place)
  );
  CREATE TABLE observations (
    run_id TEXT NOT NULL,
    stage TEXT NOT NULL,
    place INTEGER NOT NULL,
    at TEXT NOT NULL,
    observation TEXT NOT NULL,
    detail TEXT NOT NULL,
    PRIMARY KEY (run_id, stage, place)
  );
  CREATE TABLE evidence (run_id TEXT PRIMARY KEY, evidence TEXT NOT NULL);
  CREATE TABLE locks (
    app_domain TEXT PRIMARY KEY,
    holder TEXT NOT NULL,
    bot TEXT NOT NULL,
    since TEXT NOT NULL
  );
  `,
  `
  CREATE TABLE results (run_id TEXT PRIMARY KEY, results TEXT NOT NULL);
  CREATE TABLE greens (
    seq BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    repository TEXT NOT NULL,
    branch TEXT NOT NULL,
    head TEXT NOT NULL,
    run_id TEXT NOT NULL,
    level INTEGER NOT NULL,
    at TEXT NOT NULL,
    UNIQUE (repository, branch, head)
  );
  `,
  `
  CREATE TABLE heads (
    seq BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    repository TEXT NOT NULL,
    pull INTEGER NOT NULL,
    head TEXT NOT NULL,
    pushed_at TEXT,
    pushed_by TEXT NOT NULL,
    noticed_at TEXT NOT NULL,
    UNIQUE (repository, pull, head)
  );
  CREATE TABLE decisions (
    seq BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    at TEXT NOT NULL,
    who TEXT NOT NULL,
    what TEXT NOT NULL,
    repository TEXT NOT NULL,
    pull INTEGER NOT NULL,
    head TEXT,
    outcome TEXT NOT NULL,
    because TEXT NOT NULL,
    run_id TEXT
  );
  CREATE INDEX decisions_by_head ON decisions (head);
  `,
];

export const bringIntoShape = async (database: Database, steps: readonly string[] = SHAPE): Promise<void> => {
  // Taken before the transaction, which then sees what the one before it did.
  await database.all("SELECT pg_advisory_lock($1::integer, 0)", SHAPE_LOCK);
  try {
    await database.atOnce((within) => take(within, steps));
  } finally {
    await database.all("SELECT pg_advisory_unlock($1::integer, 0)", SHAPE_LOCK);
  }
};

const take = async ({ all, change }: Query, steps: readonly string[]): Promise<void> => {
  await change("CREATE TABLE IF NOT EXISTS shape (taken INTEGER NOT NULL)");
  const [row] = await all("SELECT taken FROM shape");
  const taken = Number(row?.taken ?? 0);
  if (taken > steps.length)
    throw new Fault(
      "bot",
      `The database is of a newer testme (shape ${taken}, this one knows ${steps.length})`,
      "Start the newer testme again, or give this one a database of its own.",
    );
  if (taken === steps.length) return;
  for (const step of steps.slice(taken)) await change(step);
  await change("DELETE FROM shape");
  await change("INSERT INTO shape (taken) VALUES ($1)", steps.length);
};
