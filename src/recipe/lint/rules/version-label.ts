// biome-ignore-all lint/suspicious/noTemplateCurlyInString: compose's interpolation, not JavaScript's.
/** The version by which an app knows itself. Its left part is the recipe's own, the right one the app's. */
import { parseRelease } from "../../release.ts";
import {
  byKey,
  deployLabels,
  isAbraLabel,
  partsOfService,
  type Reading,
  remarkBeside,
  remarkOnEntry,
} from "../reading.ts";
import { shown } from "../remark.ts";
import type { Rule } from "../rule.ts";
import type { Entry } from "../written.ts";

const RIGHT = "`coop-cloud.${STACK_NAME}.version=1.2.0+15.3`";
const FORM = "the recipe's own version, `+`, and the app's";

export const versionLabel: Rule = {
  name: "version-label",
  severity: "error",
  asks: "`app` carries the recipe's version as a label, `X.Y.Z+<app version>`",
  why: "The version that is written there is what abra shows for a running app, and what says which upgrades there are.",
  instead: `Write ${RIGHT} to the \`deploy.labels\` of \`app\`, as an item of a list: ${FORM}.`,
  check: (reading) => {
    if (!reading.services.has("app")) return "not-applicable";
    const label = versionLabelOf(reading);
    if (label === null) return [absent(reading)];
    const wrong = whatIsWrong(label);
    return wrong === null ? [] : [remarkOnEntry(label, `${wrong}: write ${RIGHT}, ${FORM}`)];
  },
};

/** Of `app`; null where it has none. */
export const versionLabelOf = (reading: Reading): Entry | null => labelOn(reading, "app");

const labelOn = ({ services, stack }: Reading, service: string): Entry | null =>
  [...byKey(deployLabels(services.get(service) ?? [])).values()].findLast(({ key }) =>
    isAbraLabel(key, "version", stack),
  ) ?? null;

const absent = (reading: Reading) => {
  const elsewhere = [...reading.services.keys()].find((name) => labelOn(reading, name) !== null);
  const label = elsewhere === undefined ? null : labelOn(reading, elsewhere);
  return elsewhere !== undefined && label
    ? remarkOnEntry(
        label,
        `the version label stands on ${shown(elsewhere)}, and abra reads it on \`app\`: move it there`,
      )
    : remarkBeside(
        partsOfService(reading, "app"),
        ["deploy", "labels"],
        `\`app\` has no version label: write ${RIGHT} to its \`deploy.labels\`, ${FORM}`,
      );
};

const whatIsWrong = ({ key, value, isInList }: Entry): string | null => {
  if (!isInList && key.includes("$"))
    return "docker fills in nothing in a key, so this label has another name";
  if (!value) return "the version label is empty";
  if (value.includes("$"))
    return `the version is ${shown(value)}, and only what is written out can be released`;
  return parseRelease(value) === null ? `the version ${shown(value)} is not \`X.Y.Z+<app version>\`` : null;
};
