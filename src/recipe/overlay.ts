/**
 * The one compose file that we add, last in the list: it stamps `app` with the commit that is deployed and tells the app's
 * environment its version, as abra does, so that a commit which changes nothing else still rolls; it marks the stack as ours, and
 * lends limits to services that set none. It changes nothing else, and it repeats the `version:` of the files before it because docker
 * refuses to merge files that disagree on it. Where abra deploys, which stamps by itself, the stamp is left out.
 */
import { stringify } from "yaml";
import type { Commit } from "./commit.ts";
import { type Marks, marksAsLabels } from "./marks.ts";
import { type Lent, limitsField } from "./policy/lent.ts";
import { STAMPED, stampLabel, stampOf } from "./stamp.ts";

export type OverlayInput = {
  recipe: string;
  stack: string;
  commit: Commit;
  isDirty: boolean;
  /** The recipe's own version label, e.g. 1.2.0+15.3; the stamp stands in where it has none. */
  version: string | null;
  /** The `version:` of the compose files that it goes on top of, as written; null where they have none. */
  composeVersion: string | null;
  marks: Marks;
  lent: Lent;
};

export const overlayOf = (input: OverlayInput): string => {
  const stamp = stampOf(input.commit, input.isDirty);
  const label = (key: string) => `coop-cloud.${input.stack}.${key}`;
  return overlay(input, {
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

export const marksOverlayOf = (input: Pick<OverlayInput, "composeVersion" | "marks" | "lent">): string =>
  overlay(input, { deploy: { labels: marksAsLabels(input.marks) } });

type App = { environment?: Record<string, string>; deploy: { labels: Record<string, string> } };

const overlay = ({ composeVersion, lent }: Pick<OverlayInput, "composeVersion" | "lent">, app: App): string =>
  stringify(
    { ...(composeVersion === null ? {} : { version: composeVersion }), services: withLimits(app, lent) },
    { defaultStringType: "QUOTE_DOUBLE", defaultKeyType: "PLAIN" },
  ).replaceAll("$", "$$$$");

const withLimits = (app: App, lent: Lent): Record<string, object> => {
  const services = new Map<string, object>([[STAMPED, app]]);
  for (const [name, limits] of Object.entries(lent)) {
    const resources = { limits: limitsField(limits) };
    services.set(
      name,
      name === STAMPED ? { ...app, deploy: { ...app.deploy, resources } } : { deploy: { resources } },
    );
  }
  return Object.fromEntries(services);
};
