/** All runs well, and what runs is not the commit under test. */
import { HEAD, head, OTHER, type Scenario, update } from "../scenario.ts";

const soon: readonly [number, number] = [300, 700];

export const stampAndImage: readonly Scenario[] = [
  update("stamp never applied", "stamp-mismatch: never-applied", head({ stamp: OTHER })),
  update("stamp overwritten, new tasks", "stamp-mismatch: overwritten", head(), {
    act: { is: "redeploy", afterMs: soon, stack: { app: { version: "3", stamp: OTHER } } },
  }),
  update("stamp overwritten, label only", "stamp-mismatch: overwritten", head(), {
    act: { is: "redeploy", afterMs: soon, stack: { app: head({ stamp: OTHER }) } },
  }),
  update("stamp absent", "stamp-mismatch: absent", head({ stamp: null })),
  update(
    "wrong image",
    "wrong-image",
    { version: "2", stamp: HEAD, image: "testme/fixture:1" },
    {
      wantedImage: "testme/fixture:2",
    },
  ),
];
