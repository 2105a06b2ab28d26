/** Recipes as the runner reads them, with the real docker client and no engine: `docker stack config` needs none. */
import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { onTestFinished } from "vitest";
import { readEngineConfig } from "../../src/config.ts";
import type { Complaint } from "../../src/recipe/complaint.ts";
import { type Given, type Place, type Recipe, readRecipe } from "../../src/runner/read-recipe.ts";
import { dockerStackDeployer } from "../../src/swarm/docker-stack-deployer.ts";
import type { Files } from "./recipes.ts";

export const STACK = "reci-0a1b2c_ci_example_org";
const DOMAIN = "reci-0a1b2c.ci.example.org";

/** A folder that is gone when the test is over, and a client that could reach no engine. */
export async function openReader() {
  const folder = await mkdtemp(join(tmpdir(), "testme-recipe-"));
  onTestFinished(() => rm(folder, { recursive: true }));
  const { dockerCli } = readEngineConfig({ PATH: process.env.PATH, TESTME_DATA: folder });
  const deployer = dockerStackDeployer({
    owner: "a test",
    path: dockerCli,
    host: "unix:///nowhere.sock",
    configDirectory: folder,
    resolveImage: "never",
  });
  const placeOf = (directory: string): Place => ({
    recipe: "reci",
    stack: { name: STACK, appDomain: DOMAIN },
    domain: DOMAIN,
    directory,
    scratch: folder,
    overlay: null,
  });
  return {
    /** What docker makes of the one compose file, with these variables and no others. */
    async config(compose: string, values: ReadonlyMap<string, string>) {
      const directory = await mkdtemp(join(folder, "stack-"));
      await writeFile(join(directory, "compose.yml"), compose);
      return deployer.config({ ...placeOf(directory), files: ["compose.yml"], overlay: null, values });
    },
    /** The recipe of these files, or the complaint about them. */
    async read(files: Files, given?: Given) {
      const directory = await mkdtemp(join(folder, "tree-"));
      for (const [file, text] of Object.entries(files)) {
        await mkdir(dirname(join(directory, file)), { recursive: true });
        await writeFile(join(directory, file), text);
      }
      const git = {
        readFile: (tree: string, path: string) => readFile(join(tree, path), "utf8").catch(() => null),
        linksAmong: async () => [],
      };
      const read = await readRecipe(git, deployer, placeOf(directory), given);
      return [read].flat()[0] as Recipe | Complaint;
    },
  };
}
