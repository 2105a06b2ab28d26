/** The check that a stranger's commit has from the moment that it is proposed: nothing of it runs until somebody says so. */
import { type Commit, short } from "../recipe/commit.ts";
import type { CheckRun } from "./check-run.ts";
import { code, oneLine } from "./markdown.ts";

type Proposed = { owner: string; repo: string; pull: number; head: Commit };

/** `why`: why it waits; `by`: who has let it run. */
export const approvalCheck = (
  proposed: Proposed,
  state: { is: "waiting"; why: string } | { is: "approved"; by: string },
  at: string,
): CheckRun => ({
  name: "testme / approval",
  head: proposed.head,
  externalId: approvalId(proposed),
  progress: {
    status: "completed",
    conclusion: state.is === "waiting" ? "action_required" : "success",
    startedAt: null,
    completedAt: at,
  },
  output: {
    ...(state.is === "waiting" ? waiting(proposed.head, state.why) : approved(proposed.head, state.by)),
    text: null,
    annotations: [],
  },
  actions: [],
});

/** No run has it: it is not `externalId`'s kind. */
const approvalId = ({ owner, repo, pull, head }: Proposed): string =>
  `approval:${owner}/${repo}#${pull}:${head}`;

const waiting = (head: Commit, why: string) => ({
  title: `A maintainer has to look at ${short(head)} first`,
  summary: [
    `This commit is a stranger's: ${why}. A test run would execute it on our host, so nothing of it runs until a maintainer has looked at it and comments on the pull request:`,
    `    !testme approve ${head}`,
    "That lets this commit run, and no later one.",
  ].join("\n\n"),
});

const approved = (head: Commit, by: string) => ({
  title: oneLine(`Approved by ${by}`),
  summary: `${code(by)} has let ${code(head)} run, and no later commit.`,
});
