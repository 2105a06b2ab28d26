/** Who wanted what and whether they might, and the heads that pull requests had: the store's part of who may. */
import type { Decision } from "../command/decision.ts";
import type { Commit } from "../recipe/commit.ts";
import type { Query } from "./database.ts";
import { DecisionSchema, PushSchema } from "./row-schema.ts";
import type { Delivery, Pull, Push } from "./store.ts";

/** The head that a delivery tells of. */
export const headIn = ({ askedAt, intake }: Delivery): (Pull & Push) | null => {
  if (intake.is !== "push" && intake.is !== "opened") return null;
  const { repository, pull, head, login: by, is } = intake;
  const at = is === "opened" ? null : askedAt;
  return { repository: `${repository.owner}/${repository.repo}`, pull, head, at, by };
};

/** A head that is pushed again, after another, is the newest; what is told late of an earlier push changes nothing. */
export const met = async (
  { change }: Query,
  { repository, pull, head, at, by }: Pull & Push,
  noticedAt: string,
): Promise<void> =>
  void (await change(
    `INSERT INTO heads (repository, pull, head, pushed_at, pushed_by, noticed_at) VALUES ($1, $2, $3, $4, $5, $6)
     ON CONFLICT (repository, pull, head) DO UPDATE SET pushed_at = excluded.pushed_at, pushed_by = excluded.pushed_by,
       noticed_at = excluded.noticed_at
     WHERE excluded.pushed_at > coalesce(heads.pushed_at, '')`,
    repository,
    pull,
    head,
    // One way to write a time, so that their order is the order of their letters.
    at === null ? null : new Date(at).toISOString(),
    by,
    noticedAt,
  ));

export const pushes = async ({ all }: Query, { repository, pull }: Pull): Promise<Push[]> =>
  (
    await all(
      "SELECT * FROM heads WHERE repository = $1 AND pull = $2 ORDER BY coalesce(pushed_at, ''), seq",
      repository,
      pull,
    )
  ).map((row) => PushSchema.parse({ head: row.head, at: row.pushed_at, by: row.pushed_by }));

export const decided = async ({ change }: Query, decision: Decision): Promise<void> => {
  const { at, who, what, repository, pull, commit, outcome, because, runId } = decision;
  await change(
    `INSERT INTO decisions (at, who, what, repository, pull, head, outcome, because, run_id)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)`,
    at,
    who,
    what,
    repository,
    pull,
    commit,
    outcome,
    because,
    runId,
  );
};

export const isApproved = async (
  { all }: Query,
  { repository, pull }: Pull,
  head: Commit,
): Promise<boolean> =>
  (
    await all(
      `SELECT 1 AS one FROM decisions WHERE head = $1 AND repository = $2 AND pull = $3
         AND what = 'approve' AND outcome = 'allowed' LIMIT 1`,
      head,
      repository,
      pull,
    )
  ).length > 0;

export const decisions = async ({ all }: Query, limit: number): Promise<Decision[]> =>
  (await all("SELECT * FROM decisions ORDER BY seq DESC LIMIT $1", limit)).map((row) =>
    DecisionSchema.parse({
      at: row.at,
      who: row.who,
      what: row.what,
      repository: row.repository,
      pull: Number(row.pull),
      commit: row.head,
      outcome: row.outcome,
      because: row.because,
      runId: row.run_id,
    }),
  );

export const forgetGate = async ({ change }: Query, before: string): Promise<void> => {
  await change("DELETE FROM decisions WHERE at < $1", before);
  await change("DELETE FROM heads WHERE noticed_at < $1", before);
};
