/**
 * The Probot function: which deliveries concern us, and the few fields of each that we use. Deciding and answering is
 * runner/accept.ts.
 */
import type { ApplicationFunction } from "probot";
import * as z from "zod";
import { isBot } from "./command/may-run.ts";
import { Commit } from "./recipe/commit.ts";
import { parseExternalId } from "./report/check-run.ts";
import { type AcceptPorts, acceptComment, acceptRerequest } from "./runner/accept.ts";
import type { Store } from "./store/store.ts";

const Sender = z.object({ login: z.string(), type: z.string() });
const Common = z.object({
  repository: z.object({ name: z.string(), owner: z.object({ login: z.string() }) }),
  installation: z.object({ id: z.number() }),
  sender: Sender,
});
const CommentDelivery = Common.extend({
  issue: z.object({ number: z.number(), pull_request: z.object({}).nullish() }),
  comment: z.object({ id: z.number(), body: z.string(), user: Sender }),
});
const CheckRunDelivery = Common.extend({
  check_run: z.object({ external_id: z.string().nullish(), head_sha: Commit }),
});
const CheckSuiteDelivery = Common.extend({ check_suite: z.object({ head_sha: Commit }) });

export type AppPorts = { ports: AcceptPorts; store: Store };

export const testmeApp =
  ({ ports, store }: AppPorts): ApplicationFunction =>
  (probot) => {
    probot.on("issue_comment.created", async ({ payload }) => {
      const { issue, comment, ...rest } = CommentDelivery.parse(payload);
      if (!issue.pull_request || isBot(comment.user)) return;
      const { login } = comment.user;
      await acceptComment(ports, {
        ...asked(rest, issue.number),
        commentId: comment.id,
        login,
        body: comment.body,
      });
    });

    probot.on("check_run.rerequested", async ({ payload }) => {
      const { check_run, ...rest } = CheckRunDelivery.parse(payload);
      const ours = parseExternalId(check_run.external_id ?? "");
      if (!ours || isBot(rest.sender)) return;
      await acceptRerequest(ports, { ...asked(rest, ours.pull), head: check_run.head_sha });
    });

    // A suite names no pull request when it comes from a fork, so the store's own record of the commit says which it is.
    probot.on("check_suite.rerequested", async ({ payload }) => {
      const { check_suite, ...rest } = CheckSuiteDelivery.parse(payload);
      const source = store.runsAt(check_suite.head_sha).at(-1)?.source;
      if (source?.is !== "pull-request" || isBot(rest.sender)) return;
      await acceptRerequest(ports, { ...asked(rest, source.number), head: check_suite.head_sha });
    });
  };

const asked = ({ repository, installation, sender }: z.infer<typeof Common>, pull: number) => ({
  repository: { owner: repository.owner.login, repo: repository.name, installation: installation.id },
  pull,
  login: sender.login,
});
