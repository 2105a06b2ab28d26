// biome-ignore-all lint/suspicious/noTemplateCurlyInString: compose's interpolation, not JavaScript's.
/** Variables where docker fills in none. */
import { isNode, isScalar, visit } from "yaml";
import { type LintRemark, shown } from "../remark.ts";
import type { Rule } from "../rule.ts";
import type { Written } from "../written.ts";

export const mapKeys: Rule = {
  name: "map-keys",
  severity: "error",
  asks: "Variables stand in values, never in keys",
  why: "Docker fills in values alone: the key keeps its `${…}`, and whoever looks for the label or variable by its real name does not find it.",
  instead:
    'Write the list form, where the whole line is a value: `- "coop-cloud.${STACK_NAME}.timeout=300"`.',
  check: ({ compose }) => compose.flatMap(keysWithVariables),
};

const keysWithVariables = ({ source, file, node }: Written): LintRemark[] => {
  const remarks: LintRemark[] = [];
  if (!isNode(node)) return remarks;
  visit(node, {
    Pair(_, { key }) {
      if (!isScalar(key) || !/\$\{?[A-Za-z_]/.test(String(key.value))) return;
      const message = `docker fills in nothing in the key ${shown(String(key.value))}: write this as an item of a list, ${shown(`- "${key.value}=…"`)}`;
      remarks.push({ file, line: source.lineAt(key), message });
    },
  });
  return remarks;
};
