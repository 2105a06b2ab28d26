/**
 * A private ABRA_DIR for one deploy: one server, one app, one recipe. The recipe is a repository of its own, because abra reads
 * its HEAD by itself and stamps what it finds. The compose files that are ours lie in it as files git does not know,
 * which is why abra's stamp then ends in `+U`.
 * Invariant: the recipe comes from strangers. A file of ours never goes through a link that lies in its place.
 */
import { mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { envFileOf } from "../../recipe/write-env-file.ts";
import type { App } from "../deployer.ts";

/** The one that means the engine of DOCKER_HOST. */
const SERVER = "default";
/** abra takes compose files from the recipe's own directory alone. */
const OVERLAY = "compose.testme-overlay.yml";
const MARKS = "compose.testme-marks.yml";

/** By them abra would run commands of the recipe after a deploy. A run deploys, and nothing else. */
const RUNS_COMMANDS = ["POST_DEPLOY_CMDS", "POST_UPGRADE_CMDS"];
/** abra asks for the one, then for the other: both say which recipe an app is of. */
const NAMES_RECIPE = ["RECIPE", "TYPE"];

/** By which abra knows an app, and from which it would make the stack's name. What stands beside an app has its own. */
export const appName = ({ values, stack }: App): string => values.get("DOMAIN") ?? stack.appDomain;

export const recipeIn = (home: string, { recipe }: App): string => join(home, "recipes", recipe);

/** `clone` puts the recipe's repository at the given place; `marks` is the text of our own compose file. */
export const layOut = async (
  home: string,
  app: App,
  clone: (directory: string) => Promise<void>,
  marks: string,
): Promise<void> => {
  const recipe = recipeIn(home, app);
  const apps = join(home, "servers", SERVER);
  await mkdir(apps, { recursive: true });
  await mkdir(join(home, "recipes"));
  await clone(recipe);
  if (app.overlay !== null) await put(recipe, OVERLAY, await readFile(app.overlay, "utf8"));
  await put(recipe, MARKS, marks);
  const files = [...app.files, ...(app.overlay === null ? [] : [OVERLAY]), MARKS];
  const env = envFileOf(variablesOf(app, files));
  await writeFile(join(apps, `${appName(app)}.env`), env, { mode: 0o600 });
};

const put = async (recipe: string, name: string, text: string): Promise<void> => {
  await rm(join(recipe, name), { recursive: true, force: true });
  await writeFile(join(recipe, name), text, { flag: "wx" });
};

const variablesOf = ({ recipe, values }: App, files: readonly string[]): Map<string, string> => {
  const variables = new Map(values);
  for (const name of [...RUNS_COMMANDS, ...NAMES_RECIPE]) variables.delete(name);
  return variables.set("TYPE", recipe).set("COMPOSE_FILE", files.join(":"));
};
