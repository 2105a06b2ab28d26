/**
 * A recipe's releases, and the version to upgrade from. A release is the tag `X.Y.Z+<app version>`: the left side is
 * the recipe's own version and decides; the right side is the app's and only breaks a tie, so the order is total.
 * The base is what somebody asked for, else the last commit that was shown good, else the newest release, else the target branch.
 * Invariant: the base is never the head: an upgrade from a commit to itself proves nothing.
 * Left out on purpose: tags without `+` (in a fork they are the app's own) and pre-releases (nobody runs them).
 */
import type { Commit } from "./commit.ts";

export type Release = { tag: string; numbers: readonly [number, number, number]; app: string };
export type Ref = { ref: string; commit: Commit };
export type Tag = { name: string; commit: Commit };

export function parseRelease(tag: string): Release | null {
  const parts = /^(\d{1,9})\.(\d{1,9})\.(\d{1,9})\+([\w.+-]+)$/.exec(tag);
  if (parts === null) return null;
  const [, major, minor, patch, app = ""] = parts;
  return { tag, numbers: [Number(major), Number(minor), Number(patch)], app };
}

/** Below zero where `a` is the older. */
export function compareReleases(a: Release, b: Release): number {
  const [aMajor, aMinor, aPatch] = a.numbers;
  const [bMajor, bMinor, bPatch] = b.numbers;
  return (
    aMajor - bMajor ||
    aMinor - bMinor ||
    aPatch - bPatch ||
    compareNaturally(a.app.replace(/^v/, ""), b.app.replace(/^v/, "")) ||
    compareText(a.tag, b.tag)
  );
}

/** Digits count as numbers: `1.10` comes after `1.9`. */
function compareNaturally(a: string, b: string): number {
  const as = a.match(/\d+|\D+/g) ?? [];
  const bs = b.match(/\d+|\D+/g) ?? [];
  for (let at = 0; at < Math.max(as.length, bs.length); at++) {
    const order = compareChunks(as[at] ?? "", bs[at] ?? "");
    if (order !== 0) return order;
  }
  return 0;
}

function compareChunks(a: string, b: string): number {
  if (!/^\d/.test(a) || !/^\d/.test(b)) return compareText(a, b);
  const [aDigits, bDigits] = [a.replace(/^0+/, ""), b.replace(/^0+/, "")];
  return aDigits.length - bDigits.length || compareText(aDigits, bDigits);
}

/** By code unit, so that the machine's locale decides nothing. */
const compareText = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

/** The newest release whose commit is not that one and that is not newer than the limit, if there is a limit. */
export function newestRelease(
  tags: readonly Tag[],
  isNot: Commit | null,
  notNewerThan: Release | null = null,
): { release: Release; commit: Commit } | null {
  let newest: { release: Release; commit: Commit } | null = null;
  for (const { name, commit } of tags) {
    const release = parseRelease(name);
    if (release === null || commit === isNot) continue;
    if (notNewerThan !== null && compareReleases(release, notNewerThan) > 0) continue;
    if (newest === null || compareReleases(release, newest.release) > 0) newest = { release, commit };
  }
  return newest;
}

/**
 * The version that a recipe's compose file gives itself, by its label for abra. Null where it has none, or one that docker fills in
 * first.
 */
export function labelledRelease(compose: string): Release | null {
  const label = /^[^#\n]*coop-cloud\.\$\{STACK_NAME\}\.version["']?\s*[=:]\s*["']?([^\s"']+)/m.exec(compose);
  return parseRelease(label?.[1] ?? "");
}

/** A version that somebody named: who started the run, or the recipe itself. */
type Override = Ref & { by: "run" | "recipe" };
/** `because` says in words which rule chose it. */
export type Base =
  | { is: "base"; ref: string; commit: Commit; because: string }
  | { is: "none"; reason: string };

type Choice = {
  override: Override | null;
  /** The last commit that passed a whole run. */
  lastGreen: Ref | null;
  tags: readonly Tag[];
  head: Commit;
  targetTip: Ref | null;
  /**
   * The head's own version label, where it has one: an old pull request is then not "upgraded" from what was made after it. The
   * release of the same version counts, for a pull request need not bump the label.
   */
  notNewerThan: Release | null;
};

const ASKED: Record<Override["by"], string> = {
  run: "it was asked for",
  recipe: "testme.yml asks for it (`upgrade.from`)",
};

export function chooseBase({ override, lastGreen, tags, head, targetTip, notNewerThan }: Choice): Base {
  if (override !== null) {
    const { by, ...ref } = override;
    return ref.commit === head
      ? {
          is: "none",
          reason: `${ref.ref} is the commit under test itself, so there is nothing to upgrade from`,
        }
      : { is: "base", ...ref, because: ASKED[by] };
  }
  if (lastGreen !== null && lastGreen.commit !== head && !isNewer(lastGreen.commit, tags, notNewerThan))
    return { is: "base", ...lastGreen, because: "it is the last that passed a whole run" };
  const newest = newestRelease(tags, head, notNewerThan);
  if (newest !== null) {
    const because = notNewerThan === null ? "it is the newest release" : "it is the newest release before it";
    return { is: "base", ref: newest.release.tag, commit: newest.commit, because };
  }
  const reason = whyNoRelease(tags, head, notNewerThan);
  if (targetTip === null) return { is: "none", reason: `${reason}, and no target branch either` };
  return targetTip.commit === head
    ? { is: "none", reason: `${reason}, and ${targetTip.ref} is at the commit under test itself` }
    : { is: "base", ...targetTip, because: `it is the tip of the target branch, and ${reason}` };
}

/** As far as its tags tell. */
const isNewer = (commit: Commit, tags: readonly Tag[], than: Release | null): boolean => {
  if (than === null) return false;
  const releases = tags.filter((tag) => tag.commit === commit).map(({ name }) => parseRelease(name));
  return releases.some((release) => release !== null && compareReleases(release, than) > 0);
};

/** Of tags of which none will do. */
const whyNoRelease = (tags: readonly Tag[], head: Commit, notNewerThan: Release | null): string => {
  if (newestRelease(tags, null) === null) return "there is no release tag (`X.Y.Z+version`) to upgrade from";
  return newestRelease(tags, head) === null
    ? "the only release is the commit under test itself"
    : `there is no release that is older than the commit under test (${notNewerThan?.tag})`;
};
