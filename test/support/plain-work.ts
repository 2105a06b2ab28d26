// What a run works with where nothing of it matters but the place: no testme.yml, nothing beside it, nobody watching.
import { defaultConfig } from "../../src/recipe/recipe-config.ts";
import { nothingStanding, type Work } from "../../src/runner/work.ts";

type Given = Pick<Work, "recipe" | "stack" | "directory" | "scratch" | "mirror" | "observations" | "note">;

export const plainWork = (given: Given): Work => ({
  repository: given.recipe,
  domain: given.stack.appDomain,
  config: defaultConfig,
  overlay: null,
  standing: nothingStanding(),
  tags: async () => [],
  fetchBeside: () => Promise.reject(new Error("nothing is beside it")),
  doing: () => undefined,
  allow: () => undefined,
  signal: new AbortController().signal,
  ...given,
});
