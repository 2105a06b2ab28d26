/**
 * Who is asking, by GitHub's own proofs: the app by a JWT signed with its key, an installation by a token that the app
 * got, a person by a personal token. It says who they are and what they lack; what they then do is in rest.ts.
 */
import { type KeyObject, randomBytes, verify } from "node:crypto";
import type { Recipe, State, Token } from "./state.ts";

export type Caller =
  | { is: "app" }
  | { is: "installation"; token: Token }
  | { is: "person"; login: string }
  | { is: "nobody"; why: string };
export type Need = "app" | readonly (readonly [permission: string, level: "read" | "write"])[];
export type App = { id: number; slug: string; publicKey: KeyObject; permissions: Record<string, string> };

export const personalToken = (login: string): string => `ghp_${login}`;

/** As long and as dotted as GitHub's own since 2026, so that nobody grows fond of 40 characters. */
export function newToken(
  app: App,
  permissions: Record<string, string>,
  repositories: string[] | null,
): Token {
  const random = (bytes: number) => randomBytes(bytes).toString("base64url");
  return { token: `ghs_${app.id}_${random(60)}.${random(240)}.${random(86)}`, permissions, repositories };
}

export function callerOf(authorization: string | undefined, state: State, app: App): Caller {
  const [scheme = "", proof = ""] = (authorization ?? "").split(" ");
  const secret = scheme.toLowerCase() === "basic" ? passwordOf(proof) : proof;
  const token = state.tokens.get(secret);
  if (token !== undefined) return { is: "installation", token };
  const person = secret.startsWith("ghp_") ? secret.slice(4) : null;
  if (person !== null) return { is: "person", login: person };
  if (secret.split(".").length === 3) return appBehind(secret, app);
  return { is: "nobody", why: secret === "" ? "Requires authentication" : "Bad credentials" };
}

const passwordOf = (basic: string): string =>
  Buffer.from(basic, "base64").toString().split(":").slice(1).join(":");

function appBehind(jwt: string, app: App): Caller {
  const [header = "", payload = "", signature = ""] = jwt.split(".");
  const signed = Buffer.from(`${header}.${payload}`);
  if (!verify("RSA-SHA256", signed, app.publicKey, Buffer.from(signature, "base64url"))) {
    return { is: "nobody", why: "A JSON web token could not be decoded" };
  }
  // A parse border: the claims of a token that this key has signed.
  const claims = JSON.parse(Buffer.from(payload, "base64url").toString()) as Record<string, unknown>;
  const now = Date.now() / 1000;
  if (String(claims.iss) !== String(app.id)) return { is: "nobody", why: "Integration not found" };
  const until = Number(claims.exp);
  if (!(until > now && until <= now + 660)) {
    return { is: "nobody", why: "'Expiration time' claim ('exp') is too far in the future" };
  }
  return { is: "app" };
}

/** GitHub hides what a token may not see (404) and names what it may see and not do (403). */
export function lackOf(
  caller: Caller,
  need: Need,
  recipe: Recipe | null,
): { status: number; message: string } | null {
  if (caller.is === "nobody") return { status: 401, message: caller.why };
  if (need === "app") {
    return caller.is === "app" ? null : { status: 401, message: "A JSON web token could not be decoded" };
  }
  if (caller.is === "app") return { status: 403, message: "Resource not accessible by integration" };
  if (caller.is === "person") {
    const isForApps = need.some(([permission, level]) => permission === "checks" && level === "write");
    return isForApps ? { status: 403, message: "You must authenticate via a GitHub App." } : null;
  }
  const { repositories, permissions } = caller.token;
  if (recipe !== null && repositories?.includes(recipe.repo) === false)
    return { status: 404, message: "Not Found" };
  const isAllowed = need.some(([permission, level]) =>
    level === "read" ? permissions[permission] !== undefined : permissions[permission] === "write",
  );
  return isAllowed ? null : { status: 403, message: "Resource not accessible by integration" };
}
