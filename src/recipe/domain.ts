/**
 * The app domain names everything that a run puts on the engine, and is the key of its lock: the same recipe, pull
 * request and head always give the same one. The stack's name is the domain as Co-op Cloud makes it of one.
 * Left out on purpose: the hash itself comes in as an argument, since this room has no outside.
 */
import type { Commit } from "./commit.ts";

/** Docker names end at 64 characters, and `_<service>` or `_<secret>_<version>` must still fit behind it. */
const longestStackName = 45;

/** `sha256` answers in lower-case hex. */
export function appDomain(
  app: { recipe: string; pull: number | string; head: Commit; base: string },
  sha256: (text: string) => string,
): string {
  const readable = app.recipe
    .toLowerCase()
    .replaceAll(/[^a-z0-9]/g, "")
    .slice(0, 4);
  const unique = sha256(`${app.recipe}|${app.pull}|${app.head}`).slice(0, 6);
  return `${readable || "test"}-${unique}.${app.base}`;
}

export const stackName = (domain: string): string => domain.replaceAll(".", "_").slice(0, longestStackName);
