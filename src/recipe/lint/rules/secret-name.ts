// biome-ignore-all lint/suspicious/noTemplateCurlyInString: compose's interpolation, not JavaScript's.
/** How abra finds a secret: by its name in docker, and by the variable that holds its version. */
import { partsOf, remarkOn } from "../reading.ts";
import { type LintRemark, shown } from "../remark.ts";
import type { Rule } from "../rule.ts";
import { lastAt, textOf, type Written } from "../written.ts";

export const secretName: Rule = {
  name: "secret-name",
  severity: "error",
  asks: "Each secret is external, and called after the stack, itself and its version",
  why: "abra makes a secret from the `SECRET_<NAME>_VERSION` of the environment, under exactly that name. One that comes from a file of the recipe is no secret: everybody can read it.",
  instead: "Write `external: true` and `name: ${STACK_NAME}_<secret>_${SECRET_<SECRET>_VERSION}`.",
  check: ({ compose }) => {
    const secrets = [...partsOf(compose, "secrets")];
    return secrets.length === 0 ? "not-applicable" : secrets.flatMap(([key, parts]) => remarksOn(key, parts));
  },
};

const remarksOn = (key: string, parts: readonly Written[]): LintRemark[] => {
  const right = shown(`name: \${STACK_NAME}_${key}_\${${versionOf(key)}}`);
  if (lastAt(parts, "file") !== null) {
    const message = `the secret ${shown(key)} is a file of the recipe, which everybody can read: write \`external: true\` and ${right}`;
    return [remarkOn(parts, ["file"], message)];
  }
  const name = textOf(lastAt(parts, "name") ?? lastAt(parts, "external", "name"));
  const parsed = /^\$\{STACK_NAME\}_([\w.-]+)_\$\{(\w+)(?::?-[^}]*)?\}$/.exec(name ?? "");
  if (name === null || parsed === null) {
    const called = name === null ? "has no name of its own" : `is called ${shown(name)}`;
    return [remarkOn(parts, ["name"], `the secret ${shown(key)} ${called}: write ${right}`)];
  }
  const [, secret = "", variable = ""] = parsed;
  if (variable === versionOf(secret)) return [];
  const message = `the version of the secret ${shown(secret)} is ${shown(variable)}, where abra looks for ${shown(versionOf(secret))}: name one after the other`;
  return [remarkOn(parts, ["name"], message)];
};

const versionOf = (secret: string): string =>
  `SECRET_${secret.toUpperCase().replaceAll(/[^A-Z0-9]/g, "_")}_VERSION`;
