/** A version on an engine that has nothing of it: how every deployment begins. */
import type { Step, Version } from "./stage.ts";

export const fresh = (version: Version): readonly Step[] => [
  { act: "remove", why: "an earlier run may have died here" },
  { act: "provide", for: version },
  { act: "check-out", version },
  { act: "pull", version },
  { act: "roll-out", version },
  { act: "probe", version },
];
