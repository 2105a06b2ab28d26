/**
 * Variables that nobody has to set, and that nobody can set who does not know of them. One remark for each file: there may
 * be dozens.
 */
import { ENV_SAMPLE } from "../reading.ts";
import { listed, shown } from "../remark.ts";
import type { Rule } from "../rule.ts";
import { variableUses } from "../variable-uses.ts";

export const optionsNamed: Rule = {
  name: "options-named",
  severity: "warning",
  asks: "`.env.sample` names the variables that have a default, too",
  why: "Nobody turns a knob that they do not know of.",
  instead: "Write `#NAME=default` in `.env.sample`, with a word on what it is for.",
  check: (reading) => {
    const { env } = reading;
    if (env === null) return "not-applicable";
    const unnamed = variableUses(reading).filter(
      ({ name, isOptional }) => isOptional && !env.named.has(name),
    );
    return [...Map.groupBy(unnamed, ({ file }) => file).values()].flatMap((uses) => {
      const [first] = uses.toSorted((a, b) => (a.line ?? 0) - (b.line ?? 0));
      if (first === undefined) return [];
      const message = `${listed(uses.map(({ name }) => name))} may be set here, of which \`${ENV_SAMPLE}\` says nothing: write ${shown(`#${first.name}=`)} there, with its default${uses.length === 1 ? "" : ", and so on"}`;
      return [{ file: first.file, line: first.line, message }];
    });
  },
};
