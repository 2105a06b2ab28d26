/** Install: the head on an empty engine comes up and serves. */
import type { Stage, Version } from "./stage.ts";

export const install = (head: Version): Stage => ({
  name: "install",
  steps: [
    { act: "remove", why: "an earlier run may have died here" },
    { act: "check-out", version: head },
    { act: "roll-out", version: head },
    { act: "probe", version: head },
  ],
  cleanup: [{ act: "remove", why: "the install stage is over" }],
});
