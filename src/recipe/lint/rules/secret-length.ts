import { longestStackName } from "../../domain.ts";
import { ownSecrets } from "../../secrets.ts";
import { partsOf, remarkOn } from "../reading.ts";
import { shown } from "../remark.ts";
import type { Rule } from "../rule.ts";

/** Docker's, for the name of a secret. */
const LONGEST = 64;

/** abra's R015. */
export const secretLength: Rule = {
  name: "secret-length",
  severity: "warning",
  asks: "Secret names are short enough for the longest domain",
  why: `Docker takes ${LONGEST} characters, and the stack's name, which is made of the domain, takes up to ${longestStackName} of them: with a longer name some people cannot install the app.`,
  instead: `Let the secret's name and its version have at most ${LONGEST - longestStackName - 2} characters together, as in \`postgres_pw\` and \`v1\`.`,
  check: ({ config, stack, compose }) => {
    const secrets = ownSecrets(config, stack);
    if (secrets.length === 0) return "not-applicable";
    const parts = partsOf(compose, "secrets");
    return secrets.flatMap(({ key, name }) => {
      const longest = longestStackName + name.length - stack.length;
      if (longest <= LONGEST) return [];
      const message = `with the longest stack name (${longestStackName} characters) the secret ${shown(key)} has one of ${longest}, and docker takes ${LONGEST}: make it shorter by ${longest - LONGEST}`;
      return [remarkOn(parts.get(key) ?? compose, ["name"], message)];
    });
  },
};
