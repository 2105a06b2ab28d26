// What each recorded case was played from: a recipe with one difference between base and head, and who deployed it.
import type { StageName } from "../../src/stages/stage.ts";
import type { Deployer } from "../../src/swarm/deployer.ts";
import * as recipes from "./recipes.ts";
import { staysBehind } from "./stays-behind.ts";

export type CasePlay = {
  recipe: (folder: string, name: string) => Promise<recipes.Story>;
  stages: readonly StageName[];
  deployer?: (real: Deployer, story: recipes.Story) => Deployer;
};

/** On the private engine all containers share one budget; elsewhere the head's own limit has to be what is too tight. */
export const casePlays = (budget: "engine" | "task"): Readonly<Record<string, CasePlay>> => ({
  "crash-loop": { recipe: recipes.crashLoop, stages: ["install"] },
  "good-upgrade": { recipe: recipes.goodUpgrade, stages: ["install", "upgrade"] },
  "invalid-recipe": { recipe: recipes.brokenYaml, stages: ["install", "upgrade"] },
  "not-serving": { recipe: recipes.notServing, stages: ["upgrade"] },
  "no-node": { recipe: recipes.neverConverges, stages: ["upgrade"] },
  paused: { recipe: recipes.pausedUpdate, stages: ["upgrade"] },
  "rolled-back-exit": { recipe: recipes.exitRollback, stages: ["upgrade"] },
  "rolled-back-no-image": { recipe: recipes.imageMissing, stages: ["upgrade"] },
  "rolled-back-out-of-memory": {
    recipe: (folder, name) => recipes.oomRollback(folder, { budget, name }),
    stages: ["upgrade"],
  },
  "rolled-back-unhealthy": { recipe: recipes.healthRollback, stages: ["upgrade"] },
  "stamp-mismatch": {
    recipe: recipes.goodUpgrade,
    stages: ["upgrade"],
    deployer: (real, { base, head }) => staysBehind(real, base, head),
  },
});
