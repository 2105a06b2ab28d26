/**
 * From a tree on disk to a recipe that can be deployed, or to the complaint that stops it. Everything that docker would
 * refuse is refused here, before anything exists on the engine.
 */
import type { Git } from "../git/git.ts";
import { parseAbraExports } from "../recipe/abra-sh.ts";
import { checkFiles, checkReferences } from "../recipe/check-references.ts";
import { checkAppService } from "../recipe/check-sources.ts";
import type { Complaint } from "../recipe/complaint.ts";
import { composeFilesOf } from "../recipe/compose-files.ts";
import { type Annotation, parseEnvFile } from "../recipe/env-file.ts";
import { locateComplaint } from "../recipe/locate-complaint.ts";
import { composeVersionOf, parseStackConfig, type StackConfig } from "../recipe/stack-config.ts";
import type { App, Deployer } from "../swarm/deployer.ts";
import type { Stack } from "../swarm/swarm.ts";

export type Recipe = {
  app: App;
  config: StackConfig;
  composeVersion: string | null;
  annotations: ReadonlyMap<string, Annotation>;
};
export type Place = { recipe: string; stack: Stack; directory: string; scratch: string };

export const readRecipe = async (
  git: Pick<Git, "readFile">,
  deployer: Pick<Deployer, "config">,
  place: Place,
): Promise<Recipe | Complaint> => {
  const read = async (file: string) => (await git.readFile(place.directory, file)) ?? "";
  const env = parseEnvFile(await read(".env.sample"), ".env.sample", givenValues(place));
  const [envComplaint] = env.complaints;
  if (envComplaint) return envComplaint;
  const files = composeFilesOf(env.values, env.lines);
  if (files.is === "invalid") return files.complaint;
  const sources = new Map<string, string>();
  for (const file of files.files) {
    const text = await git.readFile(place.directory, file);
    if (text === null) return missing(file, env.lines);
    sources.set(file, text);
  }
  // As abra merges them: what abra.sh exports wins over the environment file, and the app's own names over both.
  const values = new Map([...env.values, ...parseAbraExports(await read("abra.sh")), ...givenValues(place)]);
  const app: App = { ...place, files: files.files, values };
  const answer = await deployer.config(app);
  if (answer.is === "refused") return locateComplaint(answer.said, sources, env.lines);
  const config = parseStackConfig(answer.yaml);
  const names = config.services.map((s) => s.name);
  const has = async (path: string) => (await git.readFile(place.directory, path)) !== null;
  const complaint =
    checkAppService(names, sources) ??
    checkReferences(config, sources) ??
    (await checkFiles(config, sources, place.directory, has));
  if (complaint) return complaint;
  return {
    app,
    config,
    composeVersion: composeVersionOf(sources.values().next().value ?? ""),
    annotations: env.annotations,
  };
};

/** What abra sets for every app, and what a recipe's own file therefore cannot. */
const givenValues = (place: Place): Map<string, string> =>
  new Map([
    ["DOMAIN", place.stack.appDomain],
    ["STACK_NAME", place.stack.name],
    ["LETS_ENCRYPT_ENV", ""],
  ]);

const missing = (file: string, lines: ReadonlyMap<string, number>): Complaint => {
  const line = lines.get("COMPOSE_FILE");
  return line === undefined
    ? { file, line: null, reason: `the recipe has no ${file}` }
    : { file: ".env.sample", line, reason: `COMPOSE_FILE names ${file}, which the recipe does not have` };
};
