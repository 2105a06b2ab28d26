/**
 * The database's shape, as the steps that led to it. A step that was released is never edited: what has to change is a new
 * one. `user_version` counts the steps that a file has taken; a file from a newer bot is refused, not guessed at.
 */
import type { DatabaseSync } from "node:sqlite";
import { Fault } from "../verdict/fault.ts";

export const MIGRATIONS: readonly string[] = [
  `
  CREATE TABLE deliveries (
    guid TEXT PRIMARY KEY,
    once TEXT NOT NULL UNIQUE,
    received_at TEXT NOT NULL,
    intake TEXT NOT NULL,
    is_answered INTEGER NOT NULL DEFAULT 0
  ) STRICT;
  CREATE TABLE runs (
    seq INTEGER PRIMARY KEY AUTOINCREMENT,
    id TEXT NOT NULL UNIQUE,
    head TEXT NOT NULL,
    run TEXT NOT NULL,
    begun INTEGER NOT NULL DEFAULT 0,
    is_working INTEGER NOT NULL DEFAULT 0,
    concluded_at TEXT
  ) STRICT;
  CREATE INDEX runs_by_head ON runs (head);
  CREATE INDEX open_runs ON runs (seq) WHERE concluded_at IS NULL;
  CREATE TABLE outbox (
    key TEXT PRIMARY KEY,
    seq INTEGER NOT NULL UNIQUE,
    run_id TEXT,
    message TEXT NOT NULL,
    sent_seq INTEGER,
    check_run_id INTEGER
  ) STRICT;
  CREATE INDEX unsent ON outbox (seq) WHERE sent_seq IS NULL OR sent_seq < seq;
  `,
  "ALTER TABLE runs ADD COLUMN cancelled_by TEXT",
  `
  CREATE TABLE settings (key TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT;

  ALTER TABLE deliveries RENAME TO deliveries_before;
  CREATE TABLE deliveries (
    seq INTEGER PRIMARY KEY AUTOINCREMENT,
    guid TEXT NOT NULL UNIQUE,
    once TEXT NOT NULL UNIQUE,
    received_at TEXT NOT NULL,
    asked_at TEXT NOT NULL,
    intake TEXT NOT NULL,
    bot TEXT NOT NULL,
    is_answered INTEGER NOT NULL DEFAULT 0
  ) STRICT;
  INSERT INTO deliveries (guid, once, received_at, asked_at, intake, bot, is_answered)
    SELECT guid, once, received_at, received_at,
      CASE json_extract(intake, '$.is')
        WHEN 'rerequest' THEN json_set(intake, '$.stage', NULL)
        WHEN 'push' THEN json_set(intake, '$.login', '')
        ELSE intake END,
      '', is_answered
    FROM deliveries_before ORDER BY rowid;
  DROP TABLE deliveries_before;
  CREATE INDEX unanswered ON deliveries (seq) WHERE is_answered = 0;

  DROP INDEX runs_by_head;
  DROP INDEX open_runs;
  ALTER TABLE runs RENAME TO runs_before;
  CREATE TABLE runs (
    seq INTEGER PRIMARY KEY AUTOINCREMENT,
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
  ) STRICT;
  INSERT INTO runs (seq, id, head, repository, is_short, run, asked_at, begun, bot, cancelled_by, concluded_at)
    SELECT seq, id, head,
      coalesce(json_extract(run, '$.source.owner') || '/' || json_extract(run, '$.source.repo'), ''),
      0, run, json_extract(run, '$.acceptedAt'), begun,
      CASE is_working WHEN 1 THEN '' END, cancelled_by, concluded_at
    FROM runs_before ORDER BY seq;
  DROP TABLE runs_before;
  CREATE INDEX runs_by_head ON runs (head);
  CREATE INDEX open_runs ON runs (seq) WHERE concluded_at IS NULL;

  ALTER TABLE outbox ADD COLUMN posted_at TEXT NOT NULL DEFAULT '1970-01-01T00:00:00.000Z';
  ALTER TABLE outbox ADD COLUMN is_final INTEGER NOT NULL DEFAULT 0;
  CREATE INDEX outbox_by_run ON outbox (run_id);
  UPDATE outbox SET is_final = 1 WHERE json_extract(message, '$.checkRun.progress.status') = 'completed';

  CREATE TABLE stages (
    run_id TEXT NOT NULL,
    stage TEXT NOT NULL,
    repository TEXT NOT NULL,
    verdict TEXT NOT NULL,
    started_at TEXT,
    ended_at TEXT NOT NULL,
    PRIMARY KEY (run_id, stage)
  ) STRICT;
  CREATE INDEX stages_by_end ON stages (ended_at);
  CREATE TABLE findings (
    run_id TEXT NOT NULL,
    stage TEXT NOT NULL,
    place INTEGER NOT NULL,
    finding TEXT NOT NULL,
    detail TEXT NOT NULL,
    PRIMARY KEY (run_id, stage, place)
  ) STRICT;
  CREATE TABLE observations (
    run_id TEXT NOT NULL,
    stage TEXT NOT NULL,
    place INTEGER NOT NULL,
    at TEXT NOT NULL,
    observation TEXT NOT NULL,
    detail TEXT NOT NULL,
    PRIMARY KEY (run_id, stage, place)
  ) STRICT;
  CREATE TABLE evidence (run_id TEXT PRIMARY KEY, evidence TEXT NOT NULL) STRICT;
  CREATE TABLE locks (
    app_domain TEXT PRIMARY KEY,
    holder TEXT NOT NULL,
    bot TEXT NOT NULL,
    since TEXT NOT NULL
  ) STRICT;
  `,
  `
  CREATE TABLE results (run_id TEXT PRIMARY KEY, results TEXT NOT NULL) STRICT;
  CREATE TABLE greens (
    seq INTEGER PRIMARY KEY AUTOINCREMENT,
    repository TEXT NOT NULL,
    branch TEXT NOT NULL,
    head TEXT NOT NULL,
    run_id TEXT NOT NULL,
    level INTEGER NOT NULL,
    at TEXT NOT NULL,
    UNIQUE (repository, branch, head)
  ) STRICT;
  `,
  `
  CREATE TABLE heads (
    seq INTEGER PRIMARY KEY AUTOINCREMENT,
    repository TEXT NOT NULL,
    pull INTEGER NOT NULL,
    head TEXT NOT NULL,
    pushed_at TEXT,
    pushed_by TEXT NOT NULL,
    noticed_at TEXT NOT NULL,
    UNIQUE (repository, pull, head)
  ) STRICT;
  CREATE TABLE decisions (
    seq INTEGER PRIMARY KEY AUTOINCREMENT,
    at TEXT NOT NULL,
    who TEXT NOT NULL,
    what TEXT NOT NULL,
    repository TEXT NOT NULL,
    pull INTEGER NOT NULL,
    head TEXT,
    outcome TEXT NOT NULL,
    because TEXT NOT NULL,
    run_id TEXT
  ) STRICT;
  CREATE INDEX decisions_by_head ON decisions (head);
  `,
];

/** All or nothing: a file is never left between two steps. */
export const migrate = (database: DatabaseSync, steps: readonly string[] = MIGRATIONS): void => {
  const row = database.prepare("PRAGMA user_version").get();
  const taken = Number(row?.user_version ?? 0);
  if (taken > steps.length)
    throw new Fault(
      "bot",
      `The database is of a newer testme (shape ${taken}, this one knows ${steps.length})`,
      "Start the newer testme again, or give this one a data folder of its own.",
    );
  for (const [index, step] of steps.entries()) {
    if (index < taken) continue;
    try {
      database.exec(`BEGIN IMMEDIATE; ${step}; PRAGMA user_version = ${index + 1}; COMMIT;`);
    } catch (error) {
      if (database.isTransaction) database.exec("ROLLBACK");
      throw error;
    }
  }
};
