/**
 * testme.yml: what a recipe asks of the bot. It is read from the branch that a pull request wants to merge into, so that a pull request
 * cannot loosen its own test. Strict: a word that means nothing here is an error that names it, and all errors are told at once.
 */
import type { Complaint } from "./complaint.ts";
import { readData, shownPath } from "./config/complain.ts";
import { configOf, type RecipeConfig } from "./config/config-of.ts";
import { readConfigText, type Wrong } from "./config/read-yaml.ts";
import { RecipeConfigYaml } from "./config/schema.ts";

export type { Dependency, OwnTest, Probe, RecipeConfig } from "./config/config-of.ts";

export const RECIPE_CONFIG = "testme.yml";

/** Of a recipe that asks for nothing. */
export const defaultConfig: RecipeConfig = configOf(RecipeConfigYaml.parse({}));

export const parseRecipeConfig = (
  text: string,
): { is: "config"; config: RecipeConfig } | { is: "invalid"; complaints: readonly Complaint[] } => {
  const read = readConfigText(text);
  if ("unreadable" in read) return invalid(read.unreadable);
  const { data, lineOf, wrong } = read;
  const said = readData(data);
  if (said.is === "right" && wrong.length === 0) return { is: "config", config: configOf(said.yaml) };
  const places = said.is === "right" ? [] : said.places;
  return invalid([
    ...wrong,
    ...places.map(({ path, reason }) => ({
      line: lineOf(path),
      reason: path.length === 0 ? reason : `${shownPath(path)} ${reason}`,
    })),
  ]);
};

/** Nobody reads more of them at once. */
const MOST_COMPLAINTS = 20;

const invalid = (wrong: readonly Wrong[]): { is: "invalid"; complaints: readonly Complaint[] } => {
  const inOrder = wrong.toSorted((a, b) => (a.line ?? 0) - (b.line ?? 0));
  const told = inOrder.slice(0, MOST_COMPLAINTS).map((each) => ({ file: RECIPE_CONFIG, ...each }));
  const left = wrong.length - told.length;
  if (left === 0) return { is: "invalid", complaints: told };
  return {
    is: "invalid",
    complaints: [...told, { file: RECIPE_CONFIG, line: null, reason: `and ${left} more` }],
  };
};
