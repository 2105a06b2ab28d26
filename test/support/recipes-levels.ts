/**
 * Recipes as people write them (test/fixtures/recipes), each released once and proposed anew: the head has another version, another
 * image for `app`, and what its story changes besides. A story changes the head alone, so that what it breaks has been whole before.
 */
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { stringify } from "yaml";
import { baseVersion, createRecipe, type Files, headVersion, type Story } from "./recipes.ts";

const fixtures = join(import.meta.dirname, "../fixtures/recipes");

/** What matches in that file becomes `to`; something has to. */
type Edit = readonly [file: string, what: string | RegExp, to: string];

const edited = (files: Files, edits: readonly Edit[]): Files => {
  const all = { ...files };
  for (const [file, what, to] of edits) {
    const text = all[file] ?? "";
    all[file] = text.replaceAll(what, () => to);
    if (all[file] === text) throw new Error(`${file} has no ${what}`);
  }
  return all;
};

const filesOf = async (recipe: string): Promise<Files> => {
  const folder = join(fixtures, recipe);
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
  const read = async (file: string) => [file.slice(folder.length + 1), await readFile(file, "utf8")] as const;
  return Object.fromEntries(await Promise.all(files.map(read)));
};

/** The first service of each is `app`. */
const release = (files: Files): Files =>
  edited(files, [
    ["compose.yml", /(?<!fixture:1[\s\S]*)fixture:1/g, "fixture:2"],
    ["compose.yml", baseVersion, headVersion],
  ]);

/** `<dir>/<recipe>.git`: a folder of its own for each story keeps the recipe's name what its `.env.sample` says. */
const propose = async (dir: string, recipe: string, ...edits: Edit[]): Promise<Story> => {
  const files = await filesOf(recipe);
  const { path, versions, heads } = await createRecipe(dir, recipe, {
    versions: { [baseVersion]: files },
    heads: { change: edited(release(files), edits) },
  });
  return { path, base: versions[baseVersion] ?? "", head: heads.change };
};

// ── level 5 ──────────────────────────────────────────────────────────────────

/** A web app with a database, which is dumped before a backup and loaded after a restore. */
export const shop = (dir: string): Promise<Story> => propose(dir, "shop");

/** One service that keeps nothing, and has no tests on purpose. */
export const pages = (dir: string): Promise<Story> => propose(dir, "pages");

/** Three compose files and a templated config, of which the head writes another version. */
export const board = (dir: string): Promise<Story> =>
  propose(
    dir,
    "board",
    ["page.tmpl", "layout first", "layout second"],
    ["abra.sh", "PAGE_VERSION=v1", "PAGE_VERSION=v2"],
  );

/** Three services, of which the head has no longer the third, nor its volume. */
export const club = (dir: string): Promise<Story> =>
  propose(
    dir,
    "club",
    ["compose.yml", /\n {2}cache:\n {4}image:[\s\S]*?(?=\nnetworks:)/g, ""],
    ["compose.yml", /\n {2}cache:$/gm, ""],
  );

/** An app that needs another recipe, which lies beside it. */
export const wiki = async (dir: string): Promise<Story> => {
  await propose(dir, "vault");
  return propose(dir, "wiki");
};

// ── the shop, broken at one place ────────────────────────────────────────────

const broken = (dir: string, ...edits: Edit[]): Promise<Story> => propose(dir, "shop", ...edits);
const beforeStart = (script: string): Edit => [
  "compose.yml",
  "testme/fixture:2",
  `testme/fixture:2\n    command: ["sh", "-c", ${JSON.stringify(`${script}; exec /app`)}]`,
];

/** It exits wherever it is started. */
export const neverStarts = (dir: string): Promise<Story> => broken(dir, beforeStart("exit 3"));

/** It starts on empty volumes, and not on what the version before has left. */
export const cannotMigrate = (dir: string): Promise<Story> =>
  broken(dir, beforeStart("! grep -qsF 1.0.0 /srv/version || exit 3"));

/** The dump is of a file that is not there, and `gzip` makes something of nothing. */
export const dumpsNothing = (dir: string): Promise<Story> =>
  broken(dir, ["compose.yml", "cat /data/row |", "cat /data/rows |"]);

/** The dump comes back, and nobody loads it. */
export const loadsNothing = (dir: string): Promise<Story> =>
  broken(dir, ["compose.yml", "gunzip -c /dump/shop.gz > /data/row", "gunzip -t /dump/shop.gz"]);

/** The database listens elsewhere than its users look. */
export const breaksItsTest = (dir: string): Promise<Story> =>
  broken(dir, ["compose.yml", "SERVE=5432", "SERVE=5433"]);

/** The proxy would not serve it over HTTPS. */
export const breaksConventions = (dir: string): Promise<Story> =>
  broken(dir, [
    "compose.yml",
    // biome-ignore lint/suspicious/noTemplateCurlyInString: compose interpolates it
    '        - "traefik.http.routers.${STACK_NAME}.entrypoints=web-secure"\n',
    "",
  ]);

// ── the shop, with less to show ──────────────────────────────────────────────

const NO_BACKUPS: readonly Edit[] = [
  ["compose.yml", /\n {6}labels:(?=\n.*backupbot)/g, ""],
  ["compose.yml", /\n.*backupbot.*/g, ""],
];

/** Volumes, and no word on backups. */
export const withoutBackups = (dir: string): Promise<Story> => broken(dir, ...NO_BACKUPS);

export const withoutTests = (dir: string): Promise<Story> =>
  broken(dir, ["testme.yml", /^tests:[\s\S]*/gm, ""]);

/** It says of itself what it does not want to be held to, and why. */
export const optsOut = (dir: string, skip: Record<string, string>): Promise<Story> =>
  broken(dir, ...NO_BACKUPS, ["testme.yml", /^(?=tests:)/gm, stringify({ skip })]);
