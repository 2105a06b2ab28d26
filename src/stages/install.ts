/** Install: the head on an empty engine comes up and serves. */
import { fresh } from "./fresh.ts";
import type { Stage, Version } from "./stage.ts";

export const install = (head: Version): Stage => ({
  name: "install",
  on: "nothing",
  steps: fresh(head),
  cleanup: [{ act: "remove", why: "the install stage is over" }],
});
