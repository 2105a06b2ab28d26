/**
 * The store in SQL, on SQLite or PostgreSQL alike. What several bots might do at the same moment is one statement that only one
 * of them can win, or a transaction that has the database for itself. Evidence is kept in a row, and as a file for people.
 */
import { randomUUID } from "node:crypto";
import * as z from "zod";
import { isShort, repositoryOf } from "../run/order.ts";
import type { Run } from "../run/run.ts";
import { STAGES } from "../stages/stage.ts";
import type { Database, Query, Row } from "./database.ts";
import { writeEvidence, writeResults } from "./evidence-folder.ts";
import { ResultsSchema } from "./results-schema.ts";
import { DeliverySchema, GreenSchema, MessageSchema, RunSchema } from "./row-schema.ts";
import type { Session } from "./session.ts";
import { decided, decisions, forgetGate, headIn, isApproved, met, pushes } from "./sql-gate.ts";
import type { Delivery, Message, Store, Unsent } from "./store.ts";

/** Enough for a median of each stage in a few repositories. */
const PAST = 200;

/** Of each branch; an upgrade starts from one of the newest, or from a release. */
const GREENS = 50;

const UNSENT = "sent_seq IS NULL OR sent_seq < seq";

type Place = { session: Session; runsDirectory: string; now: () => Date };

export const sqlStore = async (
  database: Database,
  { session, runsDirectory, now }: Place,
): Promise<Store> => {
  const { all, change } = database;
  const at = () => now().toISOString();
  const owner = await ownerIn(database);
  const changed = <T>(result: T): T => {
    session.notify();
    return result;
  };
  const atOnce = <T>(work: (within: Query) => Promise<T>): Promise<T> => database.atOnce(work).then(changed);
  /** A run never changes, and the open ones are looked at again and again. */
  let known = new Map<string, Run>();
  const addRun = (within: Query, run: Run, askedAt: string) =>
    within.change(
      "INSERT INTO runs (id, head, repository, is_short, run, asked_at) VALUES ($1, $2, $3, $4, $5, $6)",
      run.id,
      run.head,
      repositoryOf(run),
      Number(isShort(run)),
      JSON.stringify(run),
      askedAt,
    );
  const post = (within: Query, runId: string | null, message: Message) =>
    within.change(
      // What is over stays over: a wording that was on its way meanwhile does not take the place of the last one.
      `INSERT INTO outbox (key, seq, run_id, message, is_final, posted_at)
       VALUES ($1, (SELECT coalesce(max(seq), 0) + 1 FROM outbox), $2, $3, $4, $5)
       ON CONFLICT (key) DO UPDATE SET seq = excluded.seq, message = excluded.message, is_final = excluded.is_final,
         posted_at = CASE WHEN outbox.sent_seq IS NULL OR outbox.sent_seq < outbox.seq
           THEN outbox.posted_at ELSE excluded.posted_at END
       WHERE outbox.is_final <= excluded.is_final`,
      message.key,
      runId,
      JSON.stringify(message),
      Number(isFinal(message)),
      at(),
    );

  return {
    owner,
    leads: session.leads,
    onChange: session.onChange,
    async adopt() {
      const rows = await all(
        "SELECT bot FROM runs WHERE bot IS NOT NULL UNION SELECT bot FROM locks UNION SELECT bot FROM deliveries WHERE is_answered = 0",
      );
      for (const bot of rows.map((row) => String(row.bot))) {
        if (await session.isAlive(bot)) continue;
        await atOnce(async (within) => {
          await within.change("UPDATE runs SET bot = NULL WHERE bot = $1", bot);
          await within.change("DELETE FROM locks WHERE bot = $1", bot);
          await within.change("UPDATE deliveries SET bot = $1 WHERE bot = $2", session.bot, bot);
        });
      }
    },

    receive: (delivery) =>
      headIn(delivery)
        ? atOnce((within) => receive(within, delivery, session.bot))
        : receive(database, delivery, session.bot),
    unanswered: async () =>
      (
        await all("SELECT * FROM deliveries WHERE is_answered = 0 AND bot = $1 ORDER BY seq", session.bot)
      ).map(deliveryIn),
    answer: (guid, { run, messages, cancels, decisions: made, met: head }) =>
      atOnce(async (within) => {
        const [delivery] = await within.all(
          "UPDATE deliveries SET is_answered = 1 WHERE guid = $1 AND is_answered = 0 RETURNING asked_at",
          guid,
        );
        if (!delivery) return;
        if (run) await addRun(within, run, String(delivery.asked_at));
        for (const message of messages) await post(within, run?.id ?? null, message);
        for (const { runId, by } of cancels)
          await within.change(
            "UPDATE runs SET cancelled_by = $1 WHERE id = $2 AND cancelled_by IS NULL",
            by,
            runId,
          );
        for (const decision of made) await decided(within, decision);
        if (head) await met(within, head, at());
      }),
    pushes: (pull) => pushes(database, pull),
    isApproved: (pull, head) => isApproved(database, pull, head),
    decisions: (limit) => decisions(database, limit),

    add: async (run) => void (await atOnce((within) => addRun(within, run, run.acceptedAt))),
    async openRuns() {
      const rows = await all("SELECT * FROM runs WHERE concluded_at IS NULL ORDER BY seq");
      const open = rows.map((row) => ({
        run: known.get(String(row.id)) ?? runIn(row),
        askedAt: String(row.asked_at),
        begun: Number(row.begun),
        isWorking: row.bot !== null,
        cancelledBy: row.cancelled_by === null ? null : String(row.cancelled_by),
      }));
      known = new Map(open.map(({ run }) => [run.id, run]));
      return open;
    },
    async claim(runId) {
      const [row] = await all(
        // One that is only to be ended takes no turn of its repository's.
        `UPDATE runs SET begun = begun + 1, bot = $2,
           begun_at = CASE WHEN cancelled_by IS NULL THEN $1 ELSE begun_at END
         WHERE id = $3 AND bot IS NULL AND concluded_at IS NULL RETURNING begun`,
        at(),
        session.bot,
        runId,
      );
      return row ? changed(Number(row.begun)) : null;
    },
    release: async (runId) =>
      void changed(
        await change(
          "UPDATE runs SET bot = NULL, begun = begun - 1 WHERE id = $1 AND bot = $2",
          runId,
          session.bot,
        ),
      ),
    async conclude(runId) {
      changed(await change("UPDATE runs SET bot = NULL, concluded_at = $1 WHERE id = $2", at(), runId));
    },
    turns: async () =>
      (
        await all(
          `SELECT repository, is_short, begun_at FROM (
             SELECT repository, is_short, begun_at,
               row_number() OVER (PARTITION BY repository ORDER BY begun_at DESC, seq DESC) AS nth
             FROM runs WHERE begun_at IS NOT NULL
           ) AS latest WHERE nth = 1`,
        )
      ).map((row) => ({
        repository: String(row.repository),
        isShort: row.is_short === 1,
        at: String(row.begun_at),
      })),
    pastStages: async () =>
      (
        await all(
          `SELECT repository, stage, started_at, ended_at FROM stages
           WHERE started_at IS NOT NULL AND verdict IN ('pass', 'fail') ORDER BY ended_at DESC LIMIT $1`,
          PAST,
        )
      ).map((row) => ({
        repository: String(row.repository),
        stage: z.enum(STAGES).parse(row.stage),
        ms: Date.parse(String(row.ended_at)) - Date.parse(String(row.started_at)),
      })),
    runsAt: async (head) => (await all("SELECT run FROM runs WHERE head = $1 ORDER BY seq", head)).map(runIn),

    saveStage: (run, { stage, verdict, startedAt, endedAt, observations }) =>
      atOnce(async (within) => {
        for (const table of ["stages", "findings", "observations"])
          await within.change(`DELETE FROM ${table} WHERE run_id = $1 AND stage = $2`, run.id, stage);
        await within.change(
          `INSERT INTO stages (run_id, stage, repository, verdict, started_at, ended_at)
           VALUES ($1, $2, $3, $4, $5, $6)`,
          run.id,
          stage,
          repositoryOf(run),
          verdict.is,
          startedAt,
          endedAt,
        );
        for (const [place, finding] of (verdict.is === "fail" ? verdict.findings : []).entries())
          await within.change(
            "INSERT INTO findings (run_id, stage, place, finding, detail) VALUES ($1, $2, $3, $4, $5)",
            run.id,
            stage,
            place,
            finding.is,
            JSON.stringify(finding),
          );
        for (const [place, observation] of observations.entries())
          await within.change(
            `INSERT INTO observations (run_id, stage, place, at, observation, detail)
             VALUES ($1, $2, $3, $4, $5, $6)`,
            run.id,
            stage,
            place,
            observation.at,
            observation.is,
            JSON.stringify(observation),
          );
      }),
    async saveEvidence(runId, evidence) {
      await change(
        `INSERT INTO evidence (run_id, evidence) VALUES ($1, $2)
         ON CONFLICT (run_id) DO UPDATE SET evidence = excluded.evidence`,
        runId,
        JSON.stringify(evidence),
      );
      return writeEvidence(runsDirectory, runId, evidence);
    },
    async saveResults(runId, results) {
      await change(
        `INSERT INTO results (run_id, results) VALUES ($1, $2)
         ON CONFLICT (run_id) DO UPDATE SET results = excluded.results`,
        runId,
        JSON.stringify(results),
      );
      return writeResults(runsDirectory, runId, results);
    },
    async results(runId) {
      const [row] = await all("SELECT results FROM results WHERE run_id = $1", runId);
      return row ? ResultsSchema.parse(JSON.parse(String(row.results))) : null;
    },
    saveGreen: ({ repository, branch, head, runId, level, at: since }) =>
      atOnce(async (within) => {
        await within.change(
          `INSERT INTO greens (repository, branch, head, run_id, level, at) VALUES ($1, $2, $3, $4, $5, $6)
           ON CONFLICT (repository, branch, head) DO UPDATE SET run_id = excluded.run_id, level = excluded.level,
             at = excluded.at`,
          repository,
          branch,
          head,
          runId,
          level,
          since,
        );
        await within.change(
          `DELETE FROM greens WHERE repository = $1 AND branch = $2 AND seq NOT IN (
             SELECT seq FROM greens WHERE repository = $1 AND branch = $2 ORDER BY seq DESC LIMIT $3)`,
          repository,
          branch,
          GREENS,
        );
      }),
    greens: async (repository, branch) =>
      (
        await all(
          "SELECT * FROM greens WHERE repository = $1 AND branch = $2 ORDER BY seq DESC",
          repository,
          branch,
        )
      ).map(greenIn),
    knows: async (runId) => (await all("SELECT 1 AS one FROM runs WHERE id = $1", runId)).length > 0,
    forgetBefore: (before) =>
      atOnce(async (within) => {
        const rows = await within.all(
          `SELECT id FROM runs WHERE concluded_at < $1 AND NOT EXISTS (
             SELECT 1 FROM outbox WHERE run_id = runs.id AND (sent_seq IS NULL OR sent_seq < outbox.seq))`,
          before,
        );
        const ids = rows.map((row) => String(row.id));
        for (const id of ids) {
          for (const table of ["stages", "findings", "observations", "evidence", "results", "outbox"])
            await within.change(`DELETE FROM ${table} WHERE run_id = $1`, id);
          await within.change("DELETE FROM runs WHERE id = $1", id);
        }
        await within.change("DELETE FROM deliveries WHERE is_answered = 1 AND received_at < $1", before);
        await within.change(
          "DELETE FROM outbox WHERE run_id IS NULL AND sent_seq >= seq AND posted_at < $1",
          before,
        );
        await forgetGate(within, before);
        return ids;
      }),

    lock: async (appDomain, holder) =>
      (await change(
        "INSERT INTO locks (app_domain, holder, bot, since) VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING",
        appDomain,
        holder,
        session.bot,
        at(),
      )) > 0,
    unlock: async (appDomain, holder) =>
      void changed(
        await change(
          "DELETE FROM locks WHERE app_domain = $1 AND holder = $2 AND bot = $3",
          appDomain,
          holder,
          session.bot,
        ),
      ),
    holders: async () =>
      new Map(
        (await all("SELECT app_domain, holder FROM locks")).map((row) => [
          String(row.app_domain),
          String(row.holder),
        ]),
      ),

    post: async (runId, message) => void (await atOnce((within) => post(within, runId, message))),
    unsent: async () =>
      session.leads()
        ? (await all(`SELECT key, seq, run_id, posted_at FROM outbox WHERE ${UNSENT} ORDER BY seq`)).map(
            unsentIn,
          )
        : [],
    async nextUnsent(runOrKey) {
      const [row] = await all(
        `SELECT key, seq, run_id, posted_at FROM outbox
         WHERE (run_id = $1 OR (key = $1 AND run_id IS NULL)) AND (${UNSENT}) ORDER BY seq LIMIT 1`,
        runOrKey,
      );
      return row && session.leads() ? unsentIn(row) : null;
    },
    async posted(key) {
      const [row] = await all("SELECT seq, message, check_run_id FROM outbox WHERE key = $1", key);
      return row
        ? {
            seq: Number(row.seq),
            message: MessageSchema.parse(JSON.parse(String(row.message))),
            checkRunId: row.check_run_id === null ? null : Number(row.check_run_id),
          }
        : null;
    },
    sent: async (key, seq, checkRunId) =>
      void (await change(
        `UPDATE outbox SET sent_seq = CASE WHEN sent_seq > $1 THEN sent_seq ELSE $1 END,
           check_run_id = coalesce($2, check_run_id)
         WHERE key = $3`,
        seq,
        checkRunId,
        key,
      )),
    async close() {
      await session.close();
      await database.close();
    },
  };
};

const receive = async (query: Query, delivery: Delivery, bot: string): Promise<boolean> => {
  const { guid, once, receivedAt, askedAt, intake } = delivery;
  const isNew =
    (await query.change(
      `INSERT INTO deliveries (guid, once, received_at, asked_at, intake, bot)
       VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT DO NOTHING`,
      guid,
      once,
      receivedAt,
      askedAt,
      JSON.stringify(intake),
      bot,
    )) > 0;
  const head = headIn(delivery);
  if (isNew && head) await met(query, head, receivedAt);
  return isNew;
};

const ownerIn = async ({ atOnce }: Database): Promise<string> =>
  atOnce(async ({ all, change }) => {
    await change(
      "INSERT INTO settings (key, value) VALUES ('owner', $1) ON CONFLICT DO NOTHING",
      randomUUID().slice(0, 13),
    );
    const [row] = await all("SELECT value FROM settings WHERE key = 'owner'");
    return z.string().parse(row?.value);
  });

const isFinal = (message: Message): boolean =>
  message.is === "check-run" && message.checkRun.progress.status === "completed";
const unsentIn = (row: Row): Unsent => ({
  key: String(row.key),
  seq: Number(row.seq),
  runId: row.run_id === null ? null : String(row.run_id),
  postedAt: String(row.posted_at),
});
const runIn = (row: Row): Run => RunSchema.parse(JSON.parse(String(row.run)));
const greenIn = (row: Row) =>
  GreenSchema.parse({
    repository: row.repository,
    branch: row.branch,
    head: row.head,
    runId: row.run_id,
    level: row.level,
    at: row.at,
  });
const deliveryIn = (row: Row) =>
  DeliverySchema.parse({
    guid: row.guid,
    once: row.once,
    receivedAt: row.received_at,
    askedAt: row.asked_at,
    intake: JSON.parse(String(row.intake)),
  });
