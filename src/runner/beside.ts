/** Where a dependency comes from, and at which version: what testme.yml names, else its newest release, else what its repository shows. */
import { basename, dirname, join } from "node:path";
import type { Git, Mirror } from "../git/git.ts";
import type { Dependency } from "../recipe/recipe-config.ts";
import { newestRelease } from "../recipe/release.ts";
import type { Run } from "../run/run.ts";
import type { Version } from "../stages/stage.ts";
import { Fault } from "../verdict/fault.ts";

export type Beside = { recipe: string; mirror: Mirror; version: Version };

/**
 * `owner/name` is where the run's own repository is: on the same GitHub, or beside it on the disk, where git takes `name` or
 * `name.git`, whichever is a repository. No token goes with it.
 */
export const besideUrl = (repository: string, { source }: Pick<Run, "source">): string => {
  if (isUrl(repository)) return repository;
  const name = repository.replace(/\.git$/, "");
  const own = source.is === "local" ? source.path : source.cloneUrl;
  if (!isUrl(own)) return join(dirname(own), basename(name));
  const url = new URL(own.startsWith("file:") ? basename(name) : `/${name}.git`, own.replace(/\/+$/, ""));
  // ssh needs to know as whom.
  if (url.protocol !== "ssh:") Object.assign(url, { username: "", password: "" });
  return url.href;
};

const isUrl = (text: string): boolean => /^[a-z+]+:\/\//.test(text);

/** The name by which the policy knows a run's own repository. */
export const repositoryOf = ({ recipe, source }: Pick<Run, "recipe" | "source">): string =>
  source.is === "local" ? recipe : `${source.owner}/${source.repo}`;

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
      "dependency",
      `${repository} has no ${ref}`,
      version === null
        ? "It has to have a release or a HEAD."
        : "Name a tag, a branch or a full commit of it.",
    );
  const recipe = basename(repository).replace(/\.git$/, "");
  return { recipe, mirror, version: { is: "base", commit, ref } };
};
