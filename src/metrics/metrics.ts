/**
 * What the bot counts and times, for Prometheus, in a registry of its own. It learns of runs as other listeners do, and of
 * the outside by standing before an edge (watch.ts); what the store knows is read when somebody asks, and kept nowhere else.
 * Counts begin anew with each process. Nothing here names a repository, a person or a run: labels are few and known.
 */
import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from "prom-client";
import type { RateLimit } from "../github/rate-limit.ts";
import type { Run } from "../run/run.ts";
import type { StageResult } from "../run/stage-result.ts";
import type { Listener } from "../runner/worker.ts";
import type { Store } from "../store/store.ts";
import { showRateLimits } from "./rate-limits.ts";

/** A rollout may take minutes, and its deadline is long. */
const STAGE_SECONDS = [5, 10, 20, 30, 60, 120, 300, 600, 1_200, 1_800];
const STATUS_SECONDS = [0.5, 1, 2, 3, 5, 10, 30, 60, 300, 3_600];
const ENGINE_SECONDS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];

export type Metrics = {
  /** Tells of each stage that is over. */
  listener: Listener;
  /** A delivery has become a run. */
  accepted: (run: Run, receivedAt: string) => void;
  /** GitHub shows that run; null where it refuses to for good. Only the first time of each run counts. */
  shown: (runId: string, at: Date | null) => void;
  /** An engine was asked; returns what to call when it has answered or failed to. */
  engineAsked: (call: "check" | "read") => (outcome: "answered" | "failed") => void;
  /** GitHub has said how much may still be asked of it. */
  limited: (limit: RateLimit) => void;
  page: () => Promise<{ type: string; body: string }>;
};

export const createMetrics = (store: Pick<Store, "openRuns" | "unsent">, now: () => Date): Metrics => {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  readFromStore(store, registry, now);
  const firstStatus = new Histogram({
    name: "testme_time_to_first_status_seconds",
    help: "From the delivery of a command to the first check run that GitHub took",
    buckets: STATUS_SECONDS,
    registers: [registry],
  });
  const engine = new Histogram({
    name: "testme_engine_answer_seconds",
    help: "How long the Docker engine took to answer",
    labelNames: ["call", "outcome"],
    buckets: ENGINE_SECONDS,
    registers: [registry],
  });
  /** When the delivery of a run came in that GitHub does not show yet. */
  const unseen = new Map<string, string>();
  return {
    listener: stageListener(registry),
    accepted: ({ id }, receivedAt) => void unseen.set(id, receivedAt),
    shown(runId, at) {
      const receivedAt = unseen.get(runId);
      unseen.delete(runId);
      if (at && receivedAt !== undefined) firstStatus.observe(seconds(receivedAt, at.toISOString()));
    },
    engineAsked(call) {
      const stop = engine.startTimer({ call });
      return (outcome) => void stop({ outcome });
    },
    limited: showRateLimits(registry, now),
    page: async () => ({ type: registry.contentType, body: await registry.metrics() }),
  };
};

const readFromStore = (
  store: Pick<Store, "openRuns" | "unsent">,
  registry: Registry,
  now: () => Date,
): void => {
  new Gauge({
    name: "testme_runs_open",
    help: "Runs that were accepted and are not concluded",
    labelNames: ["state"],
    registers: [registry],
    async collect() {
      const open = await store.openRuns();
      const working = open.filter(({ isWorking }) => isWorking).length;
      this.set({ state: "working" }, working);
      this.set({ state: "queued" }, open.length - working);
    },
  });
  new Gauge({
    name: "testme_outbox_unsent",
    help: "Messages that GitHub has not taken yet",
    registers: [registry],
    async collect() {
      this.set((await store.unsent()).length);
    },
  });
  new Gauge({
    name: "testme_outbox_lag_seconds",
    help: "For how long the oldest message waits that GitHub has not taken yet; 0 where none does",
    registers: [registry],
    async collect() {
      const ages = (await store.unsent()).map(({ postedAt }) => seconds(postedAt, now().toISOString()));
      this.set(Math.max(0, ...ages));
    },
  });
};

const stageListener = (registry: Registry): Listener => {
  const duration = new Histogram({
    name: "testme_stage_duration_seconds",
    help: "From the begin of a stage to its verdict",
    labelNames: ["stage", "verdict"],
    buckets: STAGE_SECONDS,
    registers: [registry],
  });
  const findings = new Counter({
    name: "testme_findings_total",
    help: "Findings about recipes, by name",
    labelNames: ["finding"],
    registers: [registry],
  });
  const count = ({ stage, verdict, startedAt, endedAt }: StageResult): void => {
    if (verdict.is === "fail") for (const { is } of verdict.findings) findings.inc({ finding: is });
    // One that never began took no time.
    if (startedAt !== null) duration.observe({ stage, verdict: verdict.is }, seconds(startedAt, endedAt));
  };
  return {
    progress(_, __, progress) {
      if (progress.is === "done") count(progress.result);
    },
  };
};

const seconds = (from: string, to: string): number => (Date.parse(to) - Date.parse(from)) / 1_000;
