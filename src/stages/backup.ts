/** Backup: data is left in the app, the recipe's own labels say what is taken out, and the archive holds it. */
import type { Stage, Step, Version } from "./stage.ts";

export const backup = (head: Version): Stage => ({
  name: "backup",
  on: "head",
  steps: backingUp(head),
  cleanup: [{ act: "remove", why: "the backup stage is over" }],
});

export const backingUp = (version: Version): readonly Step[] => [
  { act: "mark", version },
  { act: "back-up", version },
];
