/** A service that the recipe defines and the engine does not have: removed under us, or never created. */
import type { Rule } from "./ruling.ts";

export const presence: Rule = (rollout) =>
  rollout.now ? null : { is: "finding", finding: { is: "service-gone", rollout } };
