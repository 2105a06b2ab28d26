/**
 * The Probot function: which deliveries concern us, and the few fields of each that we use. It is confirmed once it is stored;
 * deciding and answering is the runner's (intake.ts, accept.ts).
 */
import type { ApplicationFunction } from "probot";
import * as z from "zod";
import { parseCommand } from "./command/parse-command.ts";
import { isBot } from "./command/who-may.ts";
import { Commit } from "./recipe/commit.ts";
import { CANCEL, parseExternalId } from "./report/check-run.ts";
import type { Intake } from "./runner/intake.ts";
import type { Delivery } from "./store/store.ts";

const Time = z.iso.datetime({ offset: true });
/** As GitHub lets people and apps be called, and repositories: nothing else gets as far as a path, a URL or an argument. */
const Login = z.string().regex(/^[A-Za-z0-9][\w-]{0,99}(\[bot\])?$/);
const RepositoryName = z.string().regex(/^(?!\.{1,2}$)[\w.-]{1,100}$/);
const Id = z.number().int().positive();
/** GitHub's limit is 65 536 characters, of up to two units each. */
const Body = z.string().max(2 * 65_536);
const Sender = z.object({ login: Login, type: z.string() });
const Common = z.object({
  repository: z.object({ name: RepositoryName, owner: z.object({ login: Login }) }),
  installation: z.object({ id: Id }),
  sender: Sender,
});
const CommentDelivery = Common.extend({
  issue: z.object({ number: Id, pull_request: z.object({}).nullish() }),
  comment: z.object({
    id: Id,
    body: Body,
    user: Sender,
    created_at: Time,
    updated_at: Time,
  }),
});
const CheckRunDelivery = Common.extend({
  check_run: z.object({ external_id: z.string().nullish(), head_sha: Commit }),
});
const ActionDelivery = CheckRunDelivery.extend({ requested_action: z.object({ identifier: z.string() }) });
const PullDelivery = Common.extend({
  pull_request: z.object({
    number: Id,
    head: z.object({ sha: Commit, repo: z.object({ pushed_at: Time.nullish() }).nullish() }),
    updated_at: Time.nullish(),
  }),
});
const Named = z.object({ full_name: z.string() });
const OpenedDelivery = Common.extend({
  pull_request: z.object({
    number: Id,
    head: z.object({ sha: Commit, repo: Named.nullish() }),
    base: z.object({ repo: Named }),
  }),
});
const ClosedDelivery = Common.extend({
  pull_request: z.object({ number: Id, closed_at: Time.nullish() }),
});
const CheckSuiteDelivery = Common.extend({ check_suite: z.object({ head_sha: Commit }) });

export const testmeApp =
  (intake: Pick<Intake, "receive">, now: () => Date): ApplicationFunction =>
  (probot) => {
    /** Where GitHub does not say when it was done, it was done when we hear of it. */
    const receive = (guid: string, once: string, what: Delivery["intake"], doneAt?: string | null) => {
      const receivedAt = now().toISOString();
      return intake.receive({ guid, once, receivedAt, askedAt: doneAt ?? receivedAt, intake: what });
    };

    probot.on("issue_comment.created", async ({ id: guid, payload }) => {
      const { issue, comment, ...rest } = CommentDelivery.parse(payload);
      if (!issue.pull_request || isBot(comment.user) || parseCommand(comment.body).is === "none") return;
      // Two hooks on one repository deliver the same comment under two guids.
      const what = {
        is: "comment",
        repository: repositoryOf(rest),
        pull: issue.number,
        commentId: comment.id,
        login: comment.user.login,
        body: comment.body,
      } as const;
      await receive(guid, `comment ${comment.id} ${comment.updated_at}`, what, comment.created_at);
    });

    probot.on("check_run.rerequested", async ({ id: guid, payload }) => {
      const { check_run, ...rest } = CheckRunDelivery.parse(payload);
      const ours = parseExternalId(check_run.external_id ?? "");
      if (!ours || isBot(rest.sender)) return;
      const { login } = rest.sender;
      const repository = repositoryOf(rest);
      await receive(guid, guid, {
        is: "rerequest",
        repository,
        pull: ours.pull,
        head: check_run.head_sha,
        stage: ours.stage,
        login,
      });
    });

    probot.on("check_run.requested_action", async ({ id: guid, payload }) => {
      const { check_run, requested_action, ...rest } = ActionDelivery.parse(payload);
      const ours = parseExternalId(check_run.external_id ?? "");
      if (!ours || isBot(rest.sender) || requested_action.identifier !== CANCEL) return;
      const { login } = rest.sender;
      const { runId, pull } = ours;
      await receive(guid, guid, { is: "cancel-pressed", repository: repositoryOf(rest), pull, runId, login });
    });

    probot.on("pull_request.synchronize", async ({ id: guid, payload }) => {
      const { pull_request, ...rest } = PullDelivery.parse(payload);
      const { number: pull, head, updated_at } = pull_request;
      const { login } = rest.sender;
      const what = { is: "push", repository: repositoryOf(rest), pull, head: head.sha, login } as const;
      await receive(guid, guid, what, latest(updated_at, head.repo?.pushed_at));
    });

    probot.on("pull_request.opened", async ({ id: guid, payload }) => {
      const { pull_request, ...rest } = OpenedDelivery.parse(payload);
      const { number: pull, head, base } = pull_request;
      const { login } = rest.sender;
      const isFork = head.repo?.full_name !== base.repo.full_name;
      const repository = repositoryOf(rest);
      await receive(guid, guid, { is: "opened", repository, pull, head: head.sha, login, isFork });
    });

    probot.on("pull_request.closed", async ({ id: guid, payload }) => {
      const { pull_request, ...rest } = ClosedDelivery.parse(payload);
      const { number: pull, closed_at } = pull_request;
      await receive(guid, guid, { is: "closed", repository: repositoryOf(rest), pull }, closed_at);
    });

    probot.on("check_suite.rerequested", async ({ id: guid, payload }) => {
      const { check_suite, ...rest } = CheckSuiteDelivery.parse(payload);
      if (isBot(rest.sender)) return;
      const { login } = rest.sender;
      const repository = repositoryOf(rest);
      await receive(guid, guid, { is: "suite-rerequest", repository, head: check_suite.head_sha, login });
    });
  };

/** A pull request's own time need not have moved yet; too late is told, and too early would run what nobody has seen. */
const latest = (...times: (string | null | undefined)[]): string | null =>
  times
    .flatMap((time) => time ?? [])
    .toSorted((a, b) => Date.parse(a) - Date.parse(b))
    .at(-1) ?? null;

const repositoryOf = ({ repository, installation }: z.infer<typeof Common>) => ({
  owner: repository.owner.login,
  repo: repository.name,
  installation: installation.id,
});
