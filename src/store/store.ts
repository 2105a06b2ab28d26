/**
 * What a promise is kept by: the deliveries that came in, the runs that were accepted, how far each is, and what GitHub is still
 * to be told. All of it survives the process; all of it is keyed by run id or by its own key, never by app domain. Each
 * method is one write or one read: it has happened when the promise resolves, and not at all where it throws (a Fault of
 * party "bot"). Several bots may share one store: what it calls "this bot" is the process that opened it.
 */

import type { Decision } from "../command/decision.ts";
import type { Commit } from "../recipe/commit.ts";
import type { CheckRun } from "../report/check-run.ts";
import type { ResultsFile } from "../report/results.ts";
import type { Green } from "../run/green.ts";
import type { Past, Turn } from "../run/order.ts";
import type { Run } from "../run/run.ts";
import type { StageResult } from "../run/stage-result.ts";
import type { StageName } from "../stages/stage.ts";

type Repository = { owner: string; repo: string; installation: number };

/** What a person did on GitHub, as far as we use it. */
export type Intake =
  /** The pull request has a new head. */
  | { is: "push"; repository: Repository; pull: number; head: Commit; login: string }
  /** A pull request is there; `isFork`: its commits come from another repository. */
  | { is: "opened"; repository: Repository; pull: number; head: Commit; login: string; isFork: boolean }
  | { is: "closed"; repository: Repository; pull: number }
  /** The Cancel button of a check run. */
  | { is: "cancel-pressed"; repository: Repository; pull: number; runId: string; login: string }
  | { is: "comment"; repository: Repository; pull: number; commentId: number; login: string; body: string }
  /** The Re-run button of one check run; `stage` is null where an older testme had received it. */
  | {
      is: "rerequest";
      repository: Repository;
      pull: number;
      head: Commit;
      stage: StageName | null;
      login: string;
    }
  /** A whole suite; its pull request is found by the runs of that commit. */
  | { is: "suite-rerequest"; repository: Repository; head: Commit; login: string };

/**
 * One webhook. `once` names what it is about, so that two deliveries of the same thing are one. `askedAt` is when the
 * person did it, by GitHub's clock where it says so; `receivedAt` is when we heard of it.
 */
export type Delivery = { guid: string; once: string; receivedAt: string; askedAt: string; intake: Intake };

/** What GitHub is to be told. A later message with the same key takes the place of one that was not sent yet. */
export type Message = { key: string; repository: Repository } & (
  | { is: "check-run"; checkRun: CheckRun }
  | { is: "comment"; issue: number; body: string }
  | { is: "reaction"; commentId: number; reaction: "eyes" }
);
/** What GitHub does not have yet: `seq` orders, and changes with each new wording; `postedAt` is since when GitHub is behind. */
export type Unsent = { key: string; seq: number; runId: string | null; postedAt: string };
/** The latest wording under a key; `checkRunId` is GitHub's, once it is known. */
export type Posted = { seq: number; message: Message; checkRunId: number | null };

/** `begun` counts how often its work was begun; one that waits and has begun was cut short. */
export type OpenRun = {
  run: Run;
  askedAt: string;
  begun: number;
  isWorking: boolean;
  cancelledBy: string | null;
};
/** A wish to end a run, and in whose words. */
export type Cancel = { runId: string; by: string };

/** A head that a pull request got; `at`, by GitHub's clock, is null where it was there when we first met it. */
export type Push = { head: Commit; at: string | null; by: string };
/** Where: `owner/name` and the number. */
export type Pull = { repository: string; pull: number };

export type Answer = {
  run: Run | null;
  messages: readonly Message[];
  cancels: readonly Cancel[];
  decisions: readonly Decision[];
  /** A head of which no webhook has told. */
  met: (Pull & Push) | null;
};

export interface Store {
  /** Whose the stacks of its bots are: one name for as long as the store lives. */
  readonly owner: string;
  /** Of the bots that share a store, one leads: it tells GitHub and looks after what nobody asked for. */
  leads(): boolean;
  /** Another bot has changed something, or this one has begun to lead. */
  onChange(listener: () => void): void;
  /** What bots that are no more have left: their runs wait again, their locks are free, their deliveries are this bot's. */
  adopt(): Promise<void>;

  /** False where this very thing was received before, whatever became of it. A push is on record from then on. */
  receive(delivery: Delivery): Promise<boolean>;
  /** Received by this bot and not answered, oldest first. */
  unanswered(): Promise<readonly Delivery[]>;
  /** In one write: the delivery is answered, its run is queued, its messages wait to be sent, those runs are to end, and who may is on record. */
  answer(guid: string, answer: Answer): Promise<void>;
  /** The heads of that pull request, each as it was pushed last, in that order. */
  pushes(pull: Pull): Promise<readonly Push[]>;
  /** Whether somebody who might has let that commit of that pull request run. */
  isApproved(pull: Pull, head: Commit): Promise<boolean>;
  /** So many of the audit log, newest first. */
  decisions(limit: number): Promise<readonly Decision[]>;

  /** A run that no delivery asked for. */
  add(run: Run): Promise<void>;
  /** Not concluded, in the order in which they were accepted. */
  openRuns(): Promise<readonly OpenRun[]>;
  /** This bot begins its work; how often it has begun by now. Null where it does not wait (any more). */
  claim(runId: string): Promise<number | null>;
  /** Its work ended before it was over: it waits again, and that beginning does not count. */
  release(runId: string): Promise<void>;
  conclude(runId: string): Promise<void>;
  /** Whose turn it was last, for each repository. */
  turns(): Promise<readonly Turn[]>;
  /** Stages that came to a verdict, newest first, as many as an estimate needs. */
  pastStages(): Promise<readonly Past[]>;
  /** Runs of this commit, oldest first. */
  runsAt(head: Commit): Promise<readonly Run[]>;

  /** One stage's verdict, findings and observations, in the place of what was kept of it before. */
  saveStage(run: Run, result: StageResult): Promise<void>;
  /** Stores the evidence, also as a JSON file for people; returns the file's path. */
  saveEvidence(runId: string, evidence: unknown): Promise<string>;
  /** Stores what came of the run in short, also as a JSON file beside the evidence; returns the file's path. */
  saveResults(runId: string, results: ResultsFile): Promise<string>;
  results(runId: string): Promise<ResultsFile | null>;
  /** Of each branch the newest 50 commits are kept, however old; one that is green again keeps its place. */
  saveGreen(green: Green): Promise<void>;
  /** Newest first. */
  greens(repository: string, branch: string): Promise<readonly Green[]>;
  /** Whether that run is one of this store's. */
  knows(runId: string): Promise<boolean>;
  /** In one write, all that is over since before then and has been told; returns the ids of the runs. */
  forgetBefore(before: string): Promise<readonly string[]>;

  /** False where somebody holds that app domain. */
  lock(appDomain: string, holder: string): Promise<boolean>;
  unlock(appDomain: string, holder: string): Promise<void>;
  /** Who holds which app domain. */
  holders(): Promise<ReadonlyMap<string, string>>;

  post(runId: string | null, message: Message): Promise<void>;
  /** What this bot is to send, in order. */
  unsent(): Promise<readonly Unsent[]>;
  /** The first of them of one run, or the one of no run that has that key. */
  nextUnsent(runOrKey: string): Promise<Unsent | null>;
  posted(key: string): Promise<Posted | null>;
  /** GitHub has that wording; what was posted under the key since then stays unsent. */
  sent(key: string, seq: number, checkRunId: number | null): Promise<void>;
  close(): Promise<void>;
}
