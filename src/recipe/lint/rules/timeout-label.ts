// biome-ignore-all lint/suspicious/noTemplateCurlyInString: compose's interpolation, not JavaScript's.
/** How long a deploy may take. In seconds, because abra reads a number. */
import { abraLabel } from "../../stack-config.ts";
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

const RIGHT = "`coop-cloud.${STACK_NAME}.timeout=${TIMEOUT:-300}`";

export const timeoutLabel: Rule = {
  name: "timeout-label",
  severity: "warning",
  asks: "`app` says how long a deploy may take, and lets people give it longer",
  why: "abra gives up on a deploy after a while. Only the recipe knows how long its app needs, and only who runs it knows how slow the host is.",
  instead: `Write ${RIGHT} to the \`deploy.labels\` of \`app\`, in seconds, and \`#TIMEOUT=300\` to \`.env.sample\`.`,
  check: (reading) => {
    const { services, stack } = reading;
    const parts = services.get("app");
    if (parts === undefined) return "not-applicable";
    const label = [...byKey(deployLabels(parts)).values()].findLast(({ key }) =>
      isAbraLabel(key, "timeout", stack),
    );
    if (label === undefined)
      return [
        remarkBeside(
          partsOfService(reading, "app"),
          ["deploy", "labels"],
          `\`app\` does not say how long a deploy may take: write ${RIGHT} to its \`deploy.labels\``,
        ),
      ];
    const wrong = whatIsWrong(label, reading);
    return wrong === null ? [] : [remarkOnEntry(label, `${wrong}: write ${RIGHT}`)];
  },
};

const whatIsWrong = ({ value }: Entry, { config, stack }: Reading): string | null => {
  const seconds = abraLabel(config, stack, "timeout");
  if (!seconds || !/^\d+$/.test(seconds) || Number(seconds) === 0)
    return `the timeout ${shown(seconds ?? value ?? "")} is no number of seconds`;
  return value?.includes("$") ? null : "who runs the app cannot give it more time";
};
