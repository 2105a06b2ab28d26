/**
 * What a route of the stand-in is: GitHub's own path template, whose word is needed, and what is answered. By the time
 * a route answers, the caller is proven and the request judged by GitHub's description.
 */
import type { Json, Method } from "./description.ts";
import type { App, Caller, Need } from "./identity.ts";
import type { Recipe, State } from "./state.ts";
import type { Delivery } from "./webhooks.ts";

export type Call = {
  caller: Caller;
  /** The repository in the path; routes without one never read it. */
  recipe: Recipe;
  params: Record<string, string>;
  query: URLSearchParams;
  /** Already judged by GitHub's description. */
  body: Record<string, unknown>;
};
export type Answer = { status: number; body?: unknown; headers?: Record<string, string> };
export type Route = {
  method: Method;
  path: string;
  needs: Need;
  answer: (call: Call) => Answer | Promise<Answer>;
};
export type World = {
  state: State;
  app: App;
  installation: number;
  /** Every attempt so far, oldest first. */
  deliveries: readonly Delivery[];
  /** The same delivery once more. */
  redeliver: (delivery: Delivery) => Promise<Delivery>;
  /** Sends the webhook that tells of a fact; resolves once the app has answered. */
  announce: (event: string, action: string, recipe: Recipe, sender: string, facts: Json) => Promise<Delivery>;
};

export const notFound: Answer = { status: 404, body: { message: "Not Found" } };
export const unprocessable = (message: string, errors: unknown[] = []): Answer => ({
  status: 422,
  body: { message, errors, documentation_url: "https://docs.github.com/rest" },
});
export const loginOf = (caller: Caller, app: App): string =>
  caller.is === "person" ? caller.login : `${app.slug}[bot]`;
