/**
 * From a tree on disk to a recipe that can be deployed, or to the complaints that stop it. Everything that docker would
 * refuse, and that the policy does, is refused here, before anything exists on the engine.
 */
import { join } from "node:path";
import type { Git } from "../git/git.ts";
import { parseAbraExports } from "../recipe/abra-sh.ts";
import { checkDurations } from "../recipe/check-durations.ts";
import { checkNames } from "../recipe/check-names.ts";
import { checkExternalConfigs, checkReferences } from "../recipe/check-references.ts";
import { checkAppService } from "../recipe/check-sources.ts";
import type { Complaint, Sources } from "../recipe/complaint.ts";
import { composeFilesOf } from "../recipe/compose-files.ts";
import { type DeclaredService, declaredIn } from "../recipe/declared.ts";
import { type EnvFile, parseEnvFile } from "../recipe/env-file.ts";
import { locateComplaint } from "../recipe/locate-complaint.ts";
import { type NamedFile, readNamedFiles } from "../recipe/named-files.ts";
import { judgeStack } from "../recipe/policy/judge.ts";
import { defaultPolicy, policyFor, type RecipePolicy } from "../recipe/policy/policy.ts";
import { judgeSources, refusedLinks } from "../recipe/policy/sources.ts";
import { RECIPE_CONFIG } from "../recipe/recipe-config.ts";
import { secretsOf, type WantedSecret } from "../recipe/secrets.ts";
import { composeVersionOf, parseStackConfig, type StackConfig } from "../recipe/stack-config.ts";
import { isName, steersHost } from "../recipe/variable.ts";
import type { App, Deployer } from "../swarm/deployer.ts";
import type { Stack } from "../swarm/swarm.ts";

export type Recipe = {
  app: App;
  config: StackConfig;
  composeVersion: string | null;
  /** The stack, as docker merged it. */
  merged: string;
  /** Its compose files, in the order in which docker merged them. */
  sources: Sources;
  /** What has to be on the engine before the deploy. */
  secrets: readonly WantedSecret[];
  /** The files that become configs and secrets. */
  named: readonly NamedFile[];
  /** Where its own files say what a verdict may have to point at. */
  declared: readonly DeclaredService[];
};
export type Place = {
  recipe: string;
  stack: Stack;
  /** What the app is called on the web. */
  domain: string;
  directory: string;
  scratch: string;
  /** A compose file that testme.yml adds to the recipe's own; it lies in `scratch` under its name. */
  overlay: { name: string; text: string } | null;
};
/** What testme.yml says beside the recipe: values of variables, and of secrets by the name that abra knows them by. */
export type Given = { env: ReadonlyMap<string, string>; secrets: ReadonlyMap<string, string> };

const nothingGiven: Given = { env: new Map(), secrets: new Map() };

export const readRecipe = async (
  git: Pick<Git, "readFile" | "linksAmong">,
  deployer: Pick<Deployer, "config">,
  place: Place,
  given: Given = nothingGiven,
  policy: RecipePolicy = policyFor(defaultPolicy, ""),
): Promise<Recipe | Complaint | readonly Complaint[]> => {
  const read = (file: string) => git.readFile(place.directory, file);
  const app = await readApp(read, place, given.env);
  if ("reason" in app) return app;
  const { files, sources, values, env } = app;
  const linksAmong = (paths: readonly string[]) => git.linksAmong(place.directory, paths);
  const judged = judgeSources(sources);
  const links = await linksAmong([...files, ...judged.envFiles, ".env.sample", "abra.sh"]);
  const refusals = [...refusedLinks(links), ...judged.complaints];
  if (refusals.length > 0) return refusals;
  const overlay = place.overlay && join(place.scratch, place.overlay.name);
  const deployed: App = { ...place, files, overlay, values };
  const answer = await deployer.config(deployed);
  if (answer.is === "refused") return locateComplaint(answer.said, sources, env.lines);
  const config = parseStackConfig(answer.yaml);
  const names = config.services.map((s) => s.name);
  const { directory } = place;
  const stack = place.stack.name;
  const complaint =
    checkAppService(names, sources) ??
    checkReferences(config, sources) ??
    checkDurations(sources) ??
    checkNames(config, stack, values, sources) ??
    checkExternalConfigs(config, stack, sources);
  if (complaint) return complaint;
  const refused = judgeStack(answer.yaml, sources, { stack, directory, domain: place.domain }, policy);
  if (refused.length > 0) return refused;
  const secrets = secretsOf(config, stack, env, given.secrets);
  if (secrets.is === "invalid") return secrets.complaint;
  const named = await readNamedFiles(config, sources, { stack, directory }, read);
  if (named.is === "invalid") return named.complaint;
  const namedLinks = await linksAmong(named.files.map(({ file }) => file));
  if (namedLinks.length > 0) return refusedLinks(namedLinks);
  return {
    app: deployed,
    config,
    merged: answer.yaml,
    composeVersion: composeVersionOf(sources.values().next().value ?? ""),
    sources,
    secrets: secrets.secrets,
    named: named.files,
    declared: declaredIn(sources, names, (name) => `${stack}_${name}`),
  };
};

type Read = (file: string) => Promise<string | null>;
type AppFiles = { files: string[]; sources: Sources; values: Map<string, string>; env: EnvFile };

/** What the recipe's files say by themselves, before docker is asked. */
const readApp = async (
  read: Read,
  place: Place,
  asked: ReadonlyMap<string, string>,
): Promise<AppFiles | Complaint> => {
  const own = ownValues(place);
  const steering = [...asked.keys()].find((name) => !isName(name) || steersHost(name));
  if (steering !== undefined)
    return { file: RECIPE_CONFIG, line: null, reason: `env: ${steering} may not be set` };
  const text = (await read(".env.sample")) ?? "";
  const env = parseEnvFile(text, ".env.sample", new Map([...asked, ...own]));
  const [envComplaint] = env.complaints;
  if (envComplaint) return envComplaint;
  const isAsked = asked.has("COMPOSE_FILE");
  if (isAsked) env.lines.delete("COMPOSE_FILE");
  const list = composeFilesOf(env.values, env.lines, isAsked ? RECIPE_CONFIG : ".env.sample");
  if (list.is === "invalid") return list.complaint;
  const sources = new Map<string, string>();
  for (const file of list.files) {
    const source = await read(file);
    if (source === null) return missing(file, env.lines, isAsked);
    sources.set(file, source);
  }
  if (place.overlay) sources.set(place.overlay.name, place.overlay.text);
  // As abra merges them: what abra.sh exports wins over the environment file, and the app's own names over both.
  const values = new Map([...env.values, ...parseAbraExports((await read("abra.sh")) ?? ""), ...own]);
  return { files: list.files, sources, values, env };
};

/** What abra sets for every app, and what a recipe's own file therefore cannot. */
const ownValues = (place: Place): Map<string, string> =>
  new Map([
    ["DOMAIN", place.domain],
    ["STACK_NAME", place.stack.name],
    ["LETS_ENCRYPT_ENV", ""],
  ]);

const missing = (file: string, lines: ReadonlyMap<string, number>, isAsked: boolean): Complaint => {
  const line = lines.get("COMPOSE_FILE") ?? null;
  return line === null && !isAsked
    ? { file, line, reason: `the recipe has no ${file}` }
    : {
        file: isAsked ? RECIPE_CONFIG : ".env.sample",
        line,
        reason: `COMPOSE_FILE names ${file}, which the recipe does not have`,
      };
};
