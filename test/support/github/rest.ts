/**
 * The part of GitHub's REST API that the app uses, except the checks (check-runs.ts). A route has GitHub's own path
 * template, so that the description judges what comes in and what goes out; a path that is not here answers 501,
 * loudly, instead of pretending that GitHub has no such thing.
 */
import { checkRunRoutes } from "./check-runs.ts";
import { exampleOf, type Json } from "./description.ts";
import { type Need, newToken } from "./identity.ts";
import { lookBackRoutes, paged } from "./look-back.ts";
import { type Answer, type Call, loginOf, notFound, type Route, unprocessable, type World } from "./route.ts";
import * as shapes from "./shapes.ts";
import { fullName, git, type Pull, type Recipe, type Role, type State, wholeSecond } from "./state.ts";

const repos = "/repos/{owner}/{repo}";
const TEAM = "/orgs/{org}/teams/{team_slug}";
const MEMBERSHIP = `${TEAM}/memberships/{username}`;
const commenting: Need = [
  ["issues", "write"],
  ["pull_requests", "write"],
];

export function routes(world: World): Route[] {
  const { state } = world;
  return [
    {
      method: "post",
      path: "/app/installations/{installation_id}/access_tokens",
      needs: "app",
      answer: ({ params, body }) => installationToken(world, Number(params.installation_id), body),
    },
    {
      method: "get",
      path: `${repos}/pulls/{pull_number}`,
      needs: [["pull_requests", "read"]],
      answer: async ({ recipe, params }) => {
        const pull = pullNumbered(state, recipe, Number(params.pull_number));
        return pull === undefined ? notFound : { status: 200, body: await pullRequest(pull, state) };
      },
    },
    {
      method: "get",
      path: `${repos}/contents/{path}`,
      needs: [["contents", "read"]],
      answer: ({ recipe, params, query }) =>
        content(recipe, params.path ?? "", query.get("ref") ?? "HEAD", state),
    },
    {
      method: "get",
      path: `${repos}/collaborators/{username}/permission`,
      needs: [["metadata", "read"]],
      answer: ({ params }) => permission(state, params.username ?? ""),
    },
    {
      method: "get",
      path: MEMBERSHIP,
      needs: [["members", "read"]],
      answer: ({ params }) => membership(state, params),
    },
    {
      method: "get",
      path: TEAM,
      needs: [["members", "read"]],
      answer: ({ params }) =>
        teamOf(state, params) === undefined ? notFound : { status: 200, body: team() },
    },
    {
      method: "get",
      path: `${repos}/issues/{issue_number}/comments`,
      needs: commenting,
      answer: ({ recipe, params, query }) => {
        const all = state.comments.filter(
          ({ repo, issue }) => repo === fullName(recipe) && issue === Number(params.issue_number),
        );
        const path = `/repos/${fullName(recipe)}/issues/${params.issue_number}/comments`;
        const { some, headers } = paged(world, path, query, all);
        return { status: 200, headers, body: some.map((one) => shapes.comment(one, recipe, state.url)) };
      },
    },
    {
      method: "post",
      path: `${repos}/issues/{issue_number}/comments`,
      needs: commenting,
      answer: (call) => createComment(world, call),
    },
    {
      method: "post",
      path: `${repos}/issues/comments/{comment_id}/reactions`,
      needs: commenting,
      answer: (call) => createReaction(world, call),
    },
    ...checkRunRoutes(world),
    ...lookBackRoutes(world),
  ];
}

export const pullNumbered = (state: State, recipe: Recipe, number: number): Pull | undefined =>
  state.pulls.find((pull) => pull.recipe === recipe && pull.number === number);

export async function pullRequest(pull: Pull, state: State): Promise<Json> {
  const baseSha = await git(pull.recipe, "rev-parse", `refs/heads/${pull.base}`);
  return shapes.pullRequest(pull, baseSha, state.url);
}

/** https://docs.github.com/en/rest/repos/contents#get-repository-content, of a file. */
async function content(recipe: Recipe, path: string, ref: string, state: State): Promise<Answer> {
  const text = await git(recipe, "show", `${ref}:${path}`).catch(() => null);
  return text === null ? notFound : { status: 200, body: shapes.file(recipe, path, text, state.url) };
}

function installationToken({ state, app, installation }: World, id: number, body: Call["body"]): Answer {
  const other = state.elsewhere.find((one) => one.id === id);
  const isOfRecipe = state.recipes.some((recipe) => recipe.installation === id);
  if (id !== installation && other === undefined && !isOfRecipe) return notFound;
  if (other?.suspendedAt) return { status: 403, body: { message: "This installation has been suspended" } };
  // The description has judged both shapes.
  const asked = body as { permissions?: Record<string, string>; repositories?: string[] };
  const level = (word: string | undefined) => ["read", "write"].indexOf(word ?? "");
  for (const [name, wanted] of Object.entries(asked.permissions ?? {})) {
    if (level(app.permissions[name]) < level(wanted)) {
      return unprocessable("The permissions requested are not granted to this installation.");
    }
  }
  if (asked.repositories?.some((repo) => !state.recipes.some((recipe) => recipe.repo === repo)) === true) {
    return unprocessable("There is at least one repository that does not exist or is not accessible");
  }
  const token = newToken(
    app,
    asked.permissions ?? app.permissions,
    other ? [] : (asked.repositories ?? null),
  );
  state.tokens.set(token.token, token);
  const selection = token.repositories === null ? "all" : "selected";
  const expires_at = new Date(Date.now() + 3_600_000).toISOString();
  return {
    status: 201,
    body: { token: token.token, permissions: token.permissions, repository_selection: selection, expires_at },
  };
}

/** https://docs.github.com/en/rest/collaborators/collaborators#get-repository-permissions-for-a-user */
function permission(state: State, login: string): Answer {
  const role = state.people.find((person) => person.login === login)?.permission ?? state.strangers;
  if (role === null) return notFound;
  const base: Partial<Record<Role, Role>> = { maintain: "write", triage: "read" };
  const user = { ...shapes.user(login, state.url), role_name: role };
  return { status: 200, body: { permission: base[role] ?? role, role_name: role, user } };
}

const teamOf = ({ teams }: State, { org, team_slug }: Call["params"]) => teams[`${org}/${team_slug}`];

/** GitHub's example lacks what its description demands. */
function team(): Json {
  const { organization, ...example } = exampleOf("get", TEAM, 200) as { organization: Json };
  return { ...example, type: "organization", organization: { ...organization, archived_at: null } };
}

/** https://docs.github.com/en/rest/teams/members#get-team-membership-for-a-user */
function membership(state: State, params: Call["params"]): Answer {
  if (!teamOf(state, params)?.includes(params.username ?? "")) return notFound;
  return { status: 200, body: { ...exampleOf("get", MEMBERSHIP, 200), role: "member", state: "active" } };
}

function createComment({ state, app, announce }: World, { caller, recipe, params, body }: Call): Answer {
  const pull = pullNumbered(state, recipe, Number(params.issue_number));
  if (pull === undefined) return notFound;
  const login = loginOf(caller, app);
  const comment = {
    id: state.nextId(),
    repo: fullName(recipe),
    issue: pull.number,
    login,
    body: String(body.body),
    at: wholeSecond(state.now()),
    editedAt: null,
  };
  state.comments.push(comment);
  const told = shapes.comment(comment, recipe, state.url);
  void announce("issue_comment", "created", recipe, login, {
    issue: shapes.issue(pull, state.url),
    comment: told,
  });
  return { status: 201, body: told };
}

/** A reaction that is there already is answered with 200, a new one with 201. */
function createReaction({ state, app }: World, { caller, params, body }: Call): Answer {
  const commentId = Number(params.comment_id);
  if (!state.comments.some((comment) => comment.id === commentId)) return notFound;
  const wanted = { commentId, login: loginOf(caller, app), content: String(body.content) };
  const isSame = (one: typeof wanted) =>
    one.commentId === commentId && one.login === wanted.login && one.content === wanted.content;
  const known = state.reactions.find(isSame);
  if (known !== undefined) return { status: 200, body: shapes.reaction(known, state.url) };
  const fresh = { id: state.nextId(), ...wanted };
  state.reactions.push(fresh);
  return { status: 201, body: shapes.reaction(fresh, state.url) };
}
