/**
 * What `docker stack config` printed, as a compose file that docker reads as the same stack again. So what is deployed is what was
 * merged, and files of ours that go on top need not bear with an old `version:` of the recipe's.
 */
import { isScalar, parseDocument, visit } from "yaml";

/** The first that knows `limits.pids`; each takes all that the ones before it took. */
const PIDS_SINCE = 9;

/** Whether a compose file of that version may limit processes; one without a version may. */
export const limitsPids = (composeVersion: string | null): boolean =>
  composeVersion === null || minorOf(composeVersion) >= PIDS_SINCE;

export type Merged = { version: string; text: string };

export const asComposeFile = (printed: string): Merged => {
  const document = parseDocument(printed, { schema: "failsafe" });
  const written = String(document.get("version") ?? "");
  const version = minorOf(written) >= PIDS_SINCE ? written : `3.${PIDS_SINCE}`;
  document.set("version", version);
  visit(document, {
    Scalar(key, node) {
      // Docker fills variables into values and into no keys.
      if (key !== "key" && typeof node.value === "string") node.value = node.value.replaceAll("$", "$$$$");
    },
  });
  const pair = document.get("version", true);
  if (isScalar(pair)) pair.type = "QUOTE_DOUBLE";
  return { version, text: document.toString({ lineWidth: 0 }) };
};

/** 8 of `3.8`; 0 of `3`, of a version of another kind, and of none. */
const minorOf = (version: string): number => Number(/^3\.(\d+)$/.exec(version)?.[1] ?? 0);
