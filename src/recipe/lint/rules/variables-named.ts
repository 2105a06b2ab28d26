/** Variables that are filled in as nothing where nobody sets them. */
import { ENV_SAMPLE } from "../reading.ts";
import { shown } from "../remark.ts";
import type { Rule } from "../rule.ts";
import { variableUses } from "../variable-uses.ts";

export const variablesNamed: Rule = {
  name: "variables-named",
  severity: "error",
  asks: "`.env.sample` names each variable that the compose files fill in",
  why: "A variable that is set nowhere is filled in as nothing, without a word: whoever installs the app cannot know that there was something to set.",
  instead:
    "Write `NAME=value` in `.env.sample`, or `#NAME=value` where it may stay unset. What `abra.sh` exports, `DOMAIN`, `STACK_NAME` and `LETS_ENCRYPT_ENV` need no line.",
  check: (reading) => {
    const { env } = reading;
    if (env === null) return "not-applicable";
    return variableUses(reading)
      .filter(({ name, isOptional }) => !isOptional && !env.named.has(name))
      .map(({ name, file, line }) => ({
        file,
        line,
        message: `${shown(name)} is filled in here, and \`${ENV_SAMPLE}\` does not name it: write ${shown(`${name}=`)} there, commented out where it may stay unset`,
      }));
  },
};
