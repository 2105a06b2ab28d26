/** Where a dependency comes from, and at which version: what testme.yml names, else its newest release, else what its repository shows. */
import { basename, dirname, join } from "node:path";
import type { Git, Mirror } from "../git/git.ts";
import { type Dependency, RECIPE_CONFIG } from "../recipe/recipe-config.ts";
import { newestRelease } from "../recipe/release.ts";
import type { Run } from "../run/run.ts";
import type { Version } from "../stages/stage.ts";
import { Fault } from "../verdict/fault.ts";

export type Beside = { recipe: string; mirror: Mirror; version: Version };

/** `owner/name` is on the same GitHub, and for a recipe on a disk the folder `name` beside it. No token goes with it. */
export const besideUrl = (repository: string, { source }: Pick<Run, "source">): string => {
  if (/^[a-z+]+:\/\//.test(repository)) return repository;
  if (source.is === "local") return join(dirname(source.path), basename(repository));
  return new URL(`/${repository}.git`, source.cloneUrl).href;
};

/** Throws a Fault where the repository, or that version of it, is not there. */
export const fetchBeside = async (
  git: Pick<Git, "resolve" | "tags">,
  { repository, version }: Dependency,
  fetch: () => Promise<Mirror>,
): Promise<Beside> => {
  const mirror = await fetch();
  const release = version === null ? newestRelease(await git.tags(mirror), null) : null;
  const ref = version ?? release?.release.tag ?? "HEAD";
  const commit = release?.commit ?? (await git.resolve(mirror, ref));
  if (commit === null)
    throw new Fault(
      "git",
      `${repository} has no ${ref}, which ${RECIPE_CONFIG} wants`,
      "Name a tag, a branch or a full commit of it.",
    );
  const recipe = basename(repository).replace(/\.git$/, "");
  return { recipe, mirror, version: { is: "base", commit, ref } };
};
