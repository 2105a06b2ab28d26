/**
 * The one compose file that we add, last in the list: it stamps `app` with the commit that is deployed and tells the app's
 * environment its version, as abra does, so that a commit which changes nothing else still rolls; and it marks the stack
 * as ours. It changes nothing else, and it repeats the recipe's own `version:` because docker refuses to merge files that disagree on it.
 * Where abra deploys, which stamps by itself, only the marks are left to add.
 */
import { stringify } from "yaml";
import type { Commit } from "./commit.ts";
import { type Marks, marksAsLabels } from "./marks.ts";
import { STAMPED, stampLabel, stampOf } from "./stamp.ts";

export type OverlayInput = {
  recipe: string;
  stack: string;
  commit: Commit;
  isDirty: boolean;
  /** The recipe's own version label, e.g. 1.2.0+15.3; the stamp stands in where it has none. */
  version: string | null;
  /** The `version:` of the recipe's compose file, as written; null where it has none. */
  composeVersion: string | null;
  marks: Marks;
};

export const overlayOf = (input: OverlayInput): string => {
  const stamp = stampOf(input.commit, input.isDirty);
  const label = (key: string) => `coop-cloud.${input.stack}.${key}`;
  return overlay(input.composeVersion, {
    environment: { TYPE: `${input.recipe}:${stamp}` },
    deploy: {
      labels: {
        [label("recipe")]: input.recipe,
        [label("chaos")]: "true",
        [stampLabel(input.stack)]: stamp,
        [label("version")]: input.version ?? stamp,
        ...marksAsLabels(input.marks),
      },
    },
  });
};

export const marksOverlayOf = (composeVersion: string | null, marks: Marks): string =>
  overlay(composeVersion, { deploy: { labels: marksAsLabels(marks) } });

const overlay = (composeVersion: string | null, app: object): string =>
  stringify(
    { ...(composeVersion === null ? {} : { version: composeVersion }), services: { [STAMPED]: app } },
    { defaultStringType: "QUOTE_DOUBLE", defaultKeyType: "PLAIN" },
  ).replaceAll("$", "$$$$");
