/**
 * What GitHub tells of the past: the attempts to deliver webhooks, newest first and a page at a time, one more of them on
 * demand; where the app is installed; the comments of a repository, and who reacted.
 */
import { exampleOf, type Json } from "./description.ts";
import type { Need } from "./identity.ts";
import { type Answer, type Call, notFound, type Route, type World } from "./route.ts";
import * as shapes from "./shapes.ts";
import { fullName } from "./state.ts";
import type { Delivery } from "./webhooks.ts";

const attempts = "/app/hook/deliveries";
const comments = "/repos/{owner}/{repo}/issues/comments";
const reading: Need = [
  ["issues", "read"],
  ["pull_requests", "read"],
];

export const lookBackRoutes = (world: World): Route[] => [
  { method: "get", path: attempts, needs: "app", answer: (call) => listAttempts(world, call) },
  {
    method: "post",
    path: `${attempts}/{delivery_id}/attempts`,
    needs: "app",
    answer: ({ params }) => redeliver(world, params.delivery_id ?? ""),
  },
  { method: "get", path: "/app/installations", needs: "app", answer: (call) => installations(world, call) },
  {
    method: "get",
    path: "/installation/repositories",
    needs: [["metadata", "read"]],
    answer: (call) => repositories(world, call),
  },
  { method: "get", path: comments, needs: reading, answer: (call) => listComments(world, call) },
  {
    method: "get",
    path: `${comments}/{comment_id}/reactions`,
    needs: reading,
    answer: (call) => listReactions(world, call),
  },
];

/** The part that was asked for; where to find the next one is in the header, as GitHub has it. */
export function paged<T>({ state }: World, path: string, query: URLSearchParams, all: readonly T[]) {
  const [page, size] = [Number(query.get("page") ?? 1), Number(query.get("per_page") ?? 30)];
  const next = new URLSearchParams([...query].filter(([name]) => name !== "page"));
  next.set("page", String(page + 1));
  const headers: Record<string, string> = {};
  if (page * size < all.length) headers.link = `<${state.url}${path}?${next}>; rel="next"`;
  return { some: all.slice((page - 1) * size, page * size), headers };
}

function listAttempts({ state, deliveries }: World, { query }: Call): Answer {
  const before = query.get("cursor");
  const all = deliveries
    .filter(({ at, attempt }) => at !== null && (before === null || attempt < BigInt(before)))
    .toReversed();
  const some = all.slice(0, Number(query.get("per_page") ?? 30));
  const headers: Record<string, string> = {};
  const last = some.at(-1);
  if (last !== undefined && some.length < all.length) {
    const next = new URLSearchParams([...query].filter(([name]) => name !== "cursor"));
    next.set("cursor", String(last.attempt));
    headers.link = `<${state.url}${attempts}?${next}>; rel="next"`;
  }
  return { status: 200, headers, body: some.map(attemptOf) };
}

const attemptOf = ({ attempt, id, at, isRedelivery, status, event, payload }: Delivery): Json => ({
  id: attempt,
  guid: id,
  delivered_at: at,
  redelivery: isRedelivery,
  duration: 0.01,
  status: status === null ? "failed to connect" : status < 300 ? "OK" : `Invalid HTTP Response: ${status}`,
  status_code: status ?? 502,
  event,
  action: payload.action ?? null,
  installation_id: null,
  repository_id: null,
});

function redeliver(world: World, attemptId: string): Answer {
  const known = world.deliveries.find(({ attempt }) => String(attempt) === attemptId);
  if (known === undefined) return notFound;
  void world.redeliver(known);
  return { status: 202, body: {} };
}

function installations(world: World, { query }: Call): Answer {
  const { state, app, installation } = world;
  const [example] = Object.values(exampleOf("get", "/app/installations", 200)) as Json[]; // a list in GitHub's example
  const login = state.recipes[0]?.owner ?? "nobody";
  // By the description it is a user and an enterprise at once, which GitHub's own example is not.
  const enterprise = { name: login, slug: login, created_at: null, updated_at: null };
  const account = { ...shapes.user(login, state.url), ...enterprise };
  const one = { ...example, id: installation, account, app_id: app.id, app_slug: app.slug };
  const others = state.elsewhere.map(({ id, suspendedAt }) => ({ ...one, id, suspended_at: suspendedAt }));
  const { some, headers } = paged(world, "/app/installations", query, [...others, one]);
  return { status: 200, headers, body: some };
}

function repositories(world: World, { caller, query }: Call): Answer {
  const { state } = world;
  const seen = caller.is === "installation" ? caller.token.repositories : null;
  const all = state.recipes.filter(({ repo }) => seen === null || seen.includes(repo));
  const { some, headers } = paged(world, "/installation/repositories", query, all);
  const told = some.map((recipe) => shapes.repository(recipe, state.url));
  return { status: 200, headers, body: { total_count: all.length, repositories: told } };
}

function listComments(world: World, { recipe, query }: Call): Answer {
  const { state } = world;
  const since = Date.parse(query.get("since") ?? "1970-01-01T00:00:00Z");
  const all = state.comments.filter(
    ({ repo, at, editedAt }) => repo === fullName(recipe) && Date.parse(editedAt ?? at) >= since,
  );
  const { some, headers } = paged(world, `/repos/${fullName(recipe)}/issues/comments`, query, all);
  return { status: 200, headers, body: some.map((one) => shapes.comment(one, recipe, state.url)) };
}

function listReactions(world: World, { recipe, params, query }: Call): Answer {
  const { state } = world;
  const commentId = Number(params.comment_id);
  if (!state.comments.some(({ id, repo }) => id === commentId && repo === fullName(recipe))) return notFound;
  const content = query.get("content");
  const all = state.reactions.filter(
    (one) => one.commentId === commentId && (content === null || one.content === content),
  );
  const path = `/repos/${fullName(recipe)}/issues/comments/${commentId}/reactions`;
  const { some, headers } = paged(world, path, query, all);
  return { status: 200, headers, body: some.map((one) => shapes.reaction(one, state.url)) };
}
