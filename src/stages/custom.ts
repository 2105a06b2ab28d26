/** Custom: the recipe's own tests, beside the app as its users have it. */
import type { Stage, Version } from "./stage.ts";

export const custom = (version: Version): Stage => ({
  name: "custom",
  on: "head",
  steps: [{ act: "test", version }],
  cleanup: [{ act: "remove", why: "the custom stage is over" }],
});
