/** Restore: the data is lost for good, and the archive brings it back into an app that serves. */
import type { Stage, Version } from "./stage.ts";

export const restore = (version: Version): Stage => ({
  name: "restore",
  on: "backup",
  steps: [
    { act: "wipe", version },
    { act: "restore", version },
    { act: "probe", version },
    { act: "read-marks", version },
  ],
  cleanup: [{ act: "remove", why: "the restore stage is over" }],
});
