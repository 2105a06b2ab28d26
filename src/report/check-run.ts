import type { Commit } from "../recipe/commit.ts";

/** What GitHub shows for one stage. Limits: title 255, summary and text 65,535 characters each. */
export type CheckRun = {
  name: string;
  head: Commit;
  /** `testme:<run id>:<pull request>:<stage>`; how a button press or a retried create finds its run. */
  externalId: string;
  progress:
    | { status: "queued" }
    | { status: "in_progress"; startedAt: string }
    | { status: "completed"; conclusion: Conclusion; startedAt: string | null; completedAt: string };
  output: { title: string; summary: string; text: string | null };
  actions: readonly { label: string; description: string; identifier: string }[];
};
export type Conclusion = "success" | "failure" | "action_required" | "cancelled" | "skipped";
