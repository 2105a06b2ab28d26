/** Where a dependency is looked for, and which version of it is taken. */
import { mkdir, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { gitOnDisk } from "../../../src/git/simple-git.ts";
import type { Commit } from "../../../src/recipe/commit.ts";
import type { Dependency } from "../../../src/recipe/recipe-config.ts";
import { besideUrl, fetchBeside } from "../../../src/runner/beside.ts";
import { createRecipe } from "../../support/recipes.ts";
import { run } from "../report/results.ts";

const local = (path: string) => ({ source: { is: "local" as const, path } });
const github = {
  source: { ...run.source, is: "pull-request" as const, cloneUrl: "https://github.test/coop/wiki.git" },
} as Parameters<typeof besideUrl>[1];

test.each([
  [github, "coop/sso", "https://github.test/coop/sso.git"],
  [github, "coop/sso.git", "https://github.test/coop/sso.git"],
  [github, "https://git.test/coop/sso", "https://git.test/coop/sso"],
  [local("/recipes/wiki.git"), "coop/sso", "/recipes/sso"],
  [local("/recipes/wiki"), "coop/sso.git", "/recipes/sso"],
  [local("/recipes/wiki"), "https://git.test/coop/sso.git", "https://git.test/coop/sso.git"],
  [local("file:///recipes/wiki.git"), "coop/sso", "file:///recipes/sso"],
  [local("file:///recipes/wiki/"), "coop/sso", "file:///recipes/sso"],
  [local("https://git.test/coop/wiki.git"), "coop/sso", "https://git.test/coop/sso.git"],
  [local("https://me:secret@git.test/coop/wiki"), "coop/sso", "https://git.test/coop/sso.git"],
  [local("ssh://git@git.test:2222/coop/wiki.git"), "coop/sso", "ssh://git@git.test:2222/coop/sso.git"],
])("beside %o, %s is %s", (from, repository, url) => {
  expect(besideUrl(repository, from)).toBe(url);
});

describe("beside a recipe on a disk", () => {
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "testme-beside-"));
  });
  afterAll(() => rm(folder, { recursive: true }));

  const found = async (name: string) => {
    const git = gitOnDisk(join(folder, "mirrors"), process.env.PATH ?? "");
    const url = besideUrl(`coop/${name}`, local(join(folder, "wiki.git")));
    return fetchBeside(git, wanting(null, `coop/${name}`), () => git.fetch({ url, token: null }));
  };
  const made = (name: string) =>
    createRecipe(folder, name, { versions: { "1.0.0+1": { "compose.yml": name } }, heads: {} });

  test("`name.git` is found, also where a folder `name` is no repository", async () => {
    const { versions } = await made("sso");
    await mkdir(join(folder, "sso"));
    expect((await found("sso")).version.commit).toBe(versions["1.0.0+1"]);
  });

  test("and so is `name`, a repository with its files", async () => {
    const { versions, path } = await made("ldap");
    const git = gitOnDisk(join(folder, "mirrors"), process.env.PATH ?? "");
    await git.cloneTree(path, join(folder, "mail"), versions["1.0.0+1"] as Commit);
    expect(await found("mail")).toMatchObject({
      recipe: "mail",
      version: { commit: versions["1.0.0+1"] },
    });
  });

  test("what is not there is git's fault, with the place where it was looked for", async () => {
    await expect(found("none")).rejects.toMatchObject({
      party: "git",
      message: expect.stringContaining(`could not fetch ${join(folder, "none")}`),
      mend: "See that the repository exists and that anybody may read it.",
    });
  });
});

const commit = (digit: string) => digit.repeat(40) as Commit;
const mirror = { directory: "mirror" };
const wanting = (version: string | null, repository = "coop/sso"): Dependency => ({
  repository,
  version,
  env: {},
  secrets: {},
});
const taken = (
  version: string | null,
  tags: readonly string[],
  refs: Readonly<Record<string, Commit>> = {},
) =>
  fetchBeside(
    {
      resolve: async (_, ref) => refs[ref] ?? null,
      tags: async () => tags.map((name, n) => ({ name, commit: commit(String(n)), isAnnotated: true })),
    },
    wanting(version),
    async () => mirror,
  );

test("its newest release is taken, and no other tag", async () => {
  expect(await taken(null, ["1.2.0+3", "1.10.0+3", "9.9.9", "nightly"], { HEAD: commit("f") })).toEqual({
    recipe: "sso",
    mirror,
    version: { is: "base", commit: commit("1"), ref: "1.10.0+3" },
  });
});

test("one that was never released is taken as its repository shows it", async () => {
  const { version } = await taken(null, ["9.9.9"], { HEAD: commit("f") });
  expect(version).toEqual({ is: "base", commit: commit("f"), ref: "HEAD" });
});

test("the version that testme.yml names wins over all releases", async () => {
  const { version } = await taken("edge", ["1.2.0+3"], { edge: commit("e") });
  expect(version).toEqual({ is: "base", commit: commit("e"), ref: "edge" });
});

test.each([
  ["9.9.9+1", "coop/sso has no 9.9.9+1", /a tag, a branch or a full commit/],
  [null, "coop/sso has no HEAD", /a release or a HEAD/],
])("version %s that is not there is told, with what would do", async (version, message, mend) => {
  await expect(taken(version, ["nightly"])).rejects.toMatchObject({
    party: "dependency",
    message,
    mend: expect.stringMatching(mend),
  });
});
