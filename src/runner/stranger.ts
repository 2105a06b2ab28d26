/** Whose commits wait for a maintainer's word before anything of them runs, and the check that says so. */
import type { PullRequest } from "../github/github.ts";
import type { Commit } from "../recipe/commit.ts";
import { approvalCheck } from "../report/approval.ts";
import type { Message } from "../store/store.ts";
import { askWhoMay } from "./ask-who-may.ts";
import { type AcceptPorts, type Asked, pullOf } from "./wish.ts";

/**
 * Null where the commit may run: whoever pushes into the repository itself could change it, and so could the author of a pull request
 * who may start runs.
 */
export const whyStrange = async (
  ports: AcceptPorts,
  where: Asked,
  head: Commit,
  { isFork, author }: PullRequest,
): Promise<string | null> => {
  if (!isFork || (await ports.store.isApproved(pullOf(where), head))) return null;
  switch ((await askWhoMay(ports, "run", where.repository, author)).is) {
    case "allowed":
      return null;
    case "refused":
      return `it comes from a fork, and \`${author}\` may not start a test run here`;
    case "unknown":
      return `it comes from a fork, and GitHub did not say whether \`${author}\` may start a test run here`;
  }
};

export const checkOf = (
  { now }: AcceptPorts,
  { repository, pull }: Asked,
  head: Commit,
  state: Parameters<typeof approvalCheck>[1],
): Message => {
  const checkRun = approvalCheck({ ...repository, pull, head }, state, now().toISOString());
  return { key: checkRun.externalId, repository, is: "check-run", checkRun };
};
