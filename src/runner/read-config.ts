/**
 * What the recipe asks of the bot, read where a pull request cannot loosen it: on the branch that it wants to merge into. A
 * recipe on somebody's own disk is asked itself. What a pull request changes there is looked at and told, and applies after the
 * merge.
 */
import type { Git, Mirror } from "../git/git.ts";
import type { Commit } from "../recipe/commit.ts";
import type { Complaint } from "../recipe/complaint.ts";
import { judgeOverlay } from "../recipe/overlay-policy.ts";
import {
  defaultConfig,
  parseRecipeConfig,
  RECIPE_CONFIG,
  type RecipeConfig,
} from "../recipe/recipe-config.ts";

export type Overlay = { name: string; text: string };
export type ConfigRead = {
  /** The commit of which it was read; null where nobody may say anything. */
  from: Commit | null;
  config: RecipeConfig;
  /** The compose file that testme.yml adds, read from where that was read. */
  overlay: Overlay | null;
  /** What is wrong with it: then nothing of it holds, and no stage is taken. */
  complaints: readonly Complaint[];
  /** What the head makes of it, and in which files; null where those are the same, byte for byte. */
  change: { files: readonly string[]; complaints: readonly Complaint[] } | null;
};

export const readConfig = async (
  git: Pick<Git, "show">,
  mirror: Mirror,
  head: Commit,
  from: Commit | null,
): Promise<ConfigRead> => {
  const [here, there] = await Promise.all([readAt(git, mirror, from), readAt(git, mirror, head)]);
  const files = changedFiles(here, there);
  return {
    from,
    config: here.config,
    overlay: here.overlay,
    complaints: here.complaints,
    change: files.length === 0 ? null : { files, complaints: there.complaints },
  };
};

type Whole = Pick<ConfigRead, "config" | "overlay" | "complaints"> & { text: string | null };

const readAt = async (git: Pick<Git, "show">, mirror: Mirror, at: Commit | null): Promise<Whole> => {
  const show = async (path: string) => at && (await git.show(mirror, at, path));
  const text = await show(RECIPE_CONFIG);
  const read = text === null ? null : parseRecipeConfig(text);
  const config = read?.is === "config" ? read.config : defaultConfig;
  const said = read?.is === "invalid" ? read.complaints : [];
  const name = config.overlay;
  if (name === null) return { text, config, overlay: null, complaints: said };
  const overlay = await show(name);
  return overlay === null
    ? { text, config, overlay, complaints: [...said, noOverlay(name)] }
    : { text, config, overlay: { name, text: overlay }, complaints: [...said, ...brokenIn(name, overlay)] };
};

const changedFiles = (here: Whole, there: Whole): string[] => {
  const isOther = here.overlay?.name === there.overlay?.name && here.overlay?.text !== there.overlay?.text;
  return [
    ...(here.text === there.text ? [] : [RECIPE_CONFIG]),
    ...(there.overlay && isOther ? [there.overlay.name] : []),
  ];
};

const brokenIn = (name: string, text: string): readonly Complaint[] => {
  const judged = judgeOverlay(name, text, []);
  return judged.is === "broken" ? judged.complaints : [];
};

const noOverlay = (name: string): Complaint => ({
  file: RECIPE_CONFIG,
  line: null,
  reason: `the overlay ${name} is not there beside it`,
});
