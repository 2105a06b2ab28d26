/**
 * What the recipe asks of the bot, read where a pull request cannot loosen it: on the branch that it wants to merge into. A
 * recipe on somebody's own disk is asked itself. What a pull request changes there is looked at and told, and applies after the
 * merge.
 */
import type { Git, Mirror } from "../git/git.ts";
import type { Commit } from "../recipe/commit.ts";
import type { Complaint } from "../recipe/complaint.ts";
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
  /** What the head makes of it; null where that is the same, byte for byte. */
  change: { complaints: readonly Complaint[] } | null;
};

export const readConfig = async (
  git: Pick<Git, "show">,
  mirror: Mirror,
  head: Commit,
  from: Commit | null,
): Promise<ConfigRead> => {
  const show = async (path: string) => from && (await git.show(mirror, from, path));
  const text = await show(RECIPE_CONFIG);
  const headText = await git.show(mirror, head, RECIPE_CONFIG);
  const read = parsed(text);
  const config = read.is === "config" ? read.config : defaultConfig;
  const overlay = config.overlay === null ? null : await show(config.overlay);
  const lacksOverlay = config.overlay !== null && overlay === null;
  return {
    from,
    config,
    overlay: config.overlay !== null && overlay !== null ? { name: config.overlay, text: overlay } : null,
    complaints: [...complaintsOf(read), ...(lacksOverlay ? [noOverlay(config.overlay)] : [])],
    change: headText === text ? null : { complaints: complaintsOf(parsed(headText)) },
  };
};

const noOverlay = (name: string | null): Complaint => ({
  file: RECIPE_CONFIG,
  line: null,
  reason: `the overlay ${name} is not there on the branch that testme.yml was read from`,
});

type Read = ReturnType<typeof parseRecipeConfig>;

const parsed = (text: string | null): Read =>
  text === null ? { is: "config", config: defaultConfig } : parseRecipeConfig(text);

const complaintsOf = (read: Read): readonly Complaint[] => (read.is === "invalid" ? read.complaints : []);
