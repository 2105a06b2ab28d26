/**
 * The app domain names everything that a run puts on the engine, and is the key of its lock: the same recipe, pull
 * request and head always give the same one. The stack's name is the domain as Co-op Cloud makes it of one.
 * Left out on purpose: the hash itself comes in as an argument, since this room has no outside.
 */
import type { Commit } from "./commit.ts";

/** Docker names end at 64 characters, and `_<service>` or `_<secret>_<version>` must still fit behind it. */
export const longestStackName = 45;

/** `sha256` answers in lower-case hex. */
export function appDomain(
  app: { recipe: string; pull: number | string; head: Commit; base: string },
  sha256: (text: string) => string,
): string {
  return domainOf(app.recipe, sha256(`${app.recipe}|${app.pull}|${app.head}`), app.base);
}

/** Of what stands beside an app because it needs it; as far down as the app's own, so that a wildcard certificate covers both. */
export function besideDomain(name: string, of: string, sha256: (text: string) => string): string {
  return domainOf(name, sha256(`${of}|${name}`), of.replace(/^[^.]*\./, ""));
}

const domainOf = (name: string, hash: string, base: string): string => {
  const readable = name
    .toLowerCase()
    .replaceAll(/[^a-z0-9]/g, "")
    .slice(0, 4);
  return `${readable || "test"}-${hash.slice(0, 6)}.${base}`;
};

export const stackName = (domain: string): string => domain.replaceAll(".", "_").slice(0, longestStackName);
