/** Lint: the recipe's files held against the conventions. It needs no engine and changes no verdict. */
import type { Stage, Version } from "./stage.ts";

export const lint = (version: Version): Stage => ({
  name: "lint",
  on: "nothing",
  steps: [
    { act: "check-out", version },
    { act: "lint", version },
  ],
  cleanup: [],
});
