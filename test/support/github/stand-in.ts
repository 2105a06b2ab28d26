/**
 * A GitHub of our own on 127.0.0.1, for the demo and the behaviour tests: the same HTTP, tokens, signed webhooks and git
 * as the real one, judged by GitHub's own description. Commits are those of real bare repositories. It keeps nothing
 * on disk but `refs/pull/<n>/head`, and has only what the app uses.
 */
import { createPublicKey, generateKeyPairSync } from "node:crypto";
import { personActs, pullActs } from "./acts.ts";
import { payloadExample } from "./description.ts";
import type { App } from "./identity.ts";
import { manifest } from "./manifest.ts";
import { routes } from "./rest.ts";
import type { World } from "./route.ts";
import { type Fault, gitHubServer, listen, type Matcher } from "./server.ts";
import * as shapes from "./shapes.ts";
import type { Elsewhere, Person, Recipe, Role, State } from "./state.ts";
import { type Delivery, type Hook, hook } from "./webhooks.ts";

export type Options = {
  recipes: readonly Recipe[];
  people?: Person[];
  teams?: Readonly<Record<string, readonly string[]>>;
  /** What people who are not named may do; null: GitHub answers 404 for them. A public repository's "read" by default. */
  strangers?: Role | null;
  /** The app's permissions: those of its manifest, app.yml, where nothing else is said. */
  permissions?: Record<string, string>;
  /** Installations beside the one that has the recipes. */
  elsewhere?: readonly Elsewhere[];
};
export type StandIn = Awaited<ReturnType<typeof startGitHub>>;

const installation = 100;
const appId = 4242;
/** Less than any test may take, more than anything takes. */
const WITHIN_MS = 60_000;
const webhookSecret = "a secret of the stand-in";

export async function startGitHub(options: Options) {
  const keys = generateKeyPairSync("rsa", { modulusLength: 2048 });
  const app: App = {
    id: appId,
    slug: "testme",
    publicKey: createPublicKey(keys.publicKey.export({ type: "spki", format: "pem" })),
    permissions: options.permissions ?? (await manifest()).default_permissions,
  };
  const state = emptyState(options);
  const webhooks = hook(app.id, webhookSecret);
  const { deliveries } = webhooks;
  const redeliver = ({ id, event, payload }: Delivery) => webhooks.send(event, payload, { id });
  const world = {
    state,
    app,
    installation,
    deliveries,
    redeliver,
    announce: announcer(state, webhooks.send),
  };
  const waiters = new Set<() => void>();
  const http = gitHubServer(world, () => {
    for (const look of waiters) look();
  });
  state.url = await listen(http.server);
  return {
    url: state.url,
    installation,
    appId: app.id,
    privateKey: keys.privateKey.export({ type: "pkcs8", format: "pem" }).toString(),
    webhookSecret,
    ...webhooksOf(webhooks),
    /** The "Redeliver" button: the same delivery id again. */
    redeliver,
    ...pullActs(world),
    ...personActs(world, webhooks),
    ...readings(state),
    /** From now on GitHub's clock, by which it dates what people say. */
    setClock: (now: () => Date) => void Object.assign(state, { now }),
    requests: http.requests,
    /** The permissions that its routes ask for: one of each list will do. */
    needs: routes(world).flatMap(({ needs }) => (needs === "app" ? [] : [needs])),
    fail: (matcher: Matcher, fault: Fault | "reset") =>
      http.fail(matcher, fault === "reset" ? { drop: "before" } : fault),
    mend: http.mend,
    until: (isTrue: () => boolean, withinMs = WITHIN_MS) => until(waiters, isTrue, withinMs),
    close: async () => {
      await webhooks.settled();
      http.server.closeAllConnections();
      await new Promise((resolve) => http.server.close(resolve));
    },
  };
}

function emptyState({
  recipes,
  people = [],
  strangers = "read",
  teams = {},
  elsewhere = [],
}: Options): State {
  let id = 1000;
  const lists = { pulls: [], comments: [], reactions: [], checkRuns: [], tokens: new Map() };
  return {
    url: "",
    recipes,
    people: [...people],
    strangers,
    teams,
    elsewhere,
    ...lists,
    nextId: () => ++id,
    now: () => new Date(),
  };
}

/** Lays the facts over GitHub's published example of the event. */
function announcer(state: State, send: Hook["send"]): World["announce"] {
  return (event, action, recipe, sender, facts) => {
    const { organization: _, ...example } = payloadExample(event, action);
    return send(event, {
      ...example,
      action,
      ...facts,
      repository: shapes.repository(recipe, state.url),
      sender: shapes.user(sender, state.url),
      installation: {
        id: recipe.installation ?? installation,
        node_id: "MDIzOkludGVncmF0aW9uSW5zdGFsbGF0aW9uMTAw",
      },
    });
  };
}

const webhooksOf = (webhooks: Hook) => ({
  /** Every webhook so far, answered or not. */
  deliveries: webhooks.deliveries,
  /** Where the app listens. Until it is said, deliveries are only noted. */
  sendWebhooksTo: webhooks.to,
  /** Sends any payload; with another key, as someone who does not know the secret. */
  deliver: webhooks.send,
  settled: webhooks.settled,
});

const readings = (state: State) => ({
  /** Oldest first; of one commit, or of all. */
  checkRuns: (repo: string, sha?: string) =>
    state.checkRuns.filter((run) => run.repo === repo && run.head_sha === (sha ?? run.head_sha)),
  allCheckRuns: () => state.checkRuns,
  comments: (repo: string, number: number) =>
    state.comments.filter((one) => one.repo === repo && one.issue === number),
  reactions: (commentId: number) => state.reactions.filter((one) => one.commentId === commentId),
});

/** Looks after every request that was served. */
function until(waiters: Set<() => void>, isTrue: () => boolean, withinMs: number): Promise<void> {
  return new Promise((resolve, reject) => {
    const end = (settle: () => void) => {
      waiters.delete(look);
      clearTimeout(timer);
      settle();
    };
    const look = () => (isTrue() ? end(resolve) : undefined);
    const timer = setTimeout(() => end(() => reject(new Error(`not true within ${withinMs} ms`))), withinMs);
    waiters.add(look);
    look();
  });
}
