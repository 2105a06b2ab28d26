/**
 * What people do on GitHub, as tests and the demo ask for it: push, open, comment, press a button. Each resolves once
 * the app has answered the webhook that tells of it. Nobody here asks whether they may: GitHub's page would have.
 */
import type { Json } from "./description.ts";
import { personalToken } from "./identity.ts";
import { pullNumbered, pullRequest } from "./rest.ts";
import type { World } from "./route.ts";
import * as shapes from "./shapes.ts";
import { git, hasCommit, type Pull, type Recipe, recipeNamed, type State, wholeSecond } from "./state.ts";
import type { Delivery, Hook } from "./webhooks.ts";

export type NewPull = {
  number: number;
  head: string;
  base?: string;
  headBranch?: string;
  author?: string;
  /** Who proposes it from a fork. */
  fork?: string;
};

export function pullActs({ state, announce }: World) {
  const tell = async (pull: Pull, action: string, by = pull.author) => {
    const told = { ...(await pullRequest(pull, state)), updated_at: wholeSecond(state.now()) };
    return announce("pull_request", action, pull.recipe, by, { number: pull.number, pull_request: told });
  };
  return {
    /** Opens a pull request whose head is a commit that the repository has. */
    pull: async (
      repo: string,
      { number, head, base = "main", headBranch = "change", author, fork }: NewPull,
    ) => {
      const recipe = recipeNamed(state, repo);
      await point(recipe, number, head);
      const headOwner = fork ?? recipe.owner;
      const by = author ?? headOwner;
      const pull: Pull = {
        number,
        recipe,
        head,
        headBranch,
        base,
        author: by,
        headOwner,
        state: "open",
        closedAt: null,
      };
      state.pulls.push(pull);
      return tell(pull, "opened");
    },
    /** A push to the pull request's branch. */
    push: async (repo: string, number: number, head: string, by?: string) => {
      const pull = known(state, repo, number);
      await point(pull.recipe, number, head);
      pull.head = head;
      return tell(pull, "synchronize", by);
    },
    reopenPull: async (repo: string, number: number) => {
      const pull = known(state, repo, number);
      Object.assign(pull, { state: "open", closedAt: null });
      return tell(pull, "reopened");
    },
    closePull: async (repo: string, number: number) => {
      const pull = known(state, repo, number);
      Object.assign(pull, { state: "closed", closedAt: wholeSecond(state.now()) });
      return tell(pull, "closed");
    },
  };
}

export function personActs({ state, app, announce }: World, webhooks: Hook) {
  const press = (action: string, checkRunId: number, login: string, more: Json) => {
    const run = state.checkRuns.find(({ id }) => id === checkRunId);
    if (run === undefined) throw new Error(`there is no check run ${checkRunId}`);
    const recipe = recipeNamed(state, run.repo);
    const check_run = shapes.checkRun(run, recipe, state, app.id);
    return announce("check_run", action, recipe, login, { check_run, ...more });
  };
  return {
    /** Comments as that person, through the API, and waits for every webhook on its way. */
    comment: async (repo: string, number: number, login: string, body: string) => {
      const id = await postComment(`${state.url}/repos/${repo}/issues/${number}/comments`, login, body);
      await webhooks.settled();
      return { id, delivery: webhooks.deliveries.find((one) => isOfComment(one, id)) };
    },
    /** Writes the comment anew, as whoever wrote it. */
    editComment: async (id: number, body: string) => {
      const one = state.comments.find((known) => known.id === id);
      if (one === undefined) throw new Error(`there is no comment ${id}`);
      const recipe = recipeNamed(state, one.repo);
      const changes = { body: { from: one.body } };
      // By the second later, so that it shows.
      const editedAt = wholeSecond(new Date(Date.parse(one.at) + 1_000));
      Object.assign(one, { body, editedAt });
      return announce("issue_comment", "edited", recipe, one.login, {
        issue: shapes.issue(known(state, one.repo, one.issue), state.url),
        comment: shapes.comment(one, recipe, state.url),
        changes,
      });
    },
    /** The "Re-run" button. It changes nothing by itself: GitHub only tells the app. */
    rerequest: (checkRunId: number, login: string) => press("rerequested", checkRunId, login, {}),
    /** One of the app's own buttons. */
    pressAction: (checkRunId: number, identifier: string, login: string) =>
      press("requested_action", checkRunId, login, { requested_action: { identifier } }),
  };
}

async function point(recipe: Recipe, number: number, head: string): Promise<void> {
  if (!(await hasCommit(recipe, head))) throw new Error(`${recipe.repo} has no commit ${head}`);
  await git(recipe, "update-ref", `refs/pull/${number}/head`, head);
}

function known(state: State, repo: string, number: number): Pull {
  const pull = pullNumbered(state, recipeNamed(state, repo), number);
  if (pull === undefined) throw new Error(`${repo} has no pull request ${number}`);
  return pull;
}

async function postComment(url: string, login: string, body: string): Promise<number> {
  const headers = { authorization: `token ${personalToken(login)}` };
  const response = await fetch(url, { method: "POST", headers, body: JSON.stringify({ body }) });
  if (response.status !== 201) throw new Error(`comment: ${response.status} ${await response.text()}`);
  const { id } = (await response.json()) as { id: number }; // judged by the description
  return id;
}

function isOfComment({ event, payload }: Delivery, id: number): boolean {
  const comment = payload.comment as { id?: number } | undefined; // as shapes.ts made it
  return event === "issue_comment" && comment?.id === id;
}
