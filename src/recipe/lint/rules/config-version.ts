// biome-ignore-all lint/suspicious/noTemplateCurlyInString: compose's interpolation, not JavaScript's.
/** Config names that can be raised. Whether one was raised that had to be is found before an upgrade, not here. */
import { ABRA_SH, partsOf, type Reading, remarkOn } from "../reading.ts";
import { type LintRemark, shown } from "../remark.ts";
import type { Rule } from "../rule.ts";
import { lastAt, textOf, type Written } from "../written.ts";

export const configVersion: Rule = {
  name: "config-version",
  severity: "error",
  asks: "Each config's name ends in a version that `abra.sh` exports",
  why: "Docker never changes what it has stored under a name. Without a version that can be raised, the first upgrade that changes the file ends half-way.",
  instead:
    "Write `name: ${STACK_NAME}_<config>_${<CONFIG>_VERSION}`, and `export <CONFIG>_VERSION=v1` in `abra.sh`; raise it with each change of the file.",
  check: (reading) => {
    const own = [...partsOf(reading.compose, "configs")].filter(
      ([, parts]) => lastAt(parts, "external") === null,
    );
    return own.length === 0
      ? "not-applicable"
      : own.flatMap(([key, parts]) => remarksOn(key, parts, reading));
  },
};

const remarksOn = (key: string, parts: readonly Written[], { exported }: Reading): LintRemark[] => {
  const name = textOf(lastAt(parts, "name"));
  const usual = `${key.toUpperCase().replaceAll(/[^A-Z0-9]/g, "_")}_VERSION`;
  const right = shown(`name: \${STACK_NAME}_${key}_\${${usual}}`);
  const on = (message: string) => [remarkOn(parts, ["name"], message)];
  if (name === null)
    return on(
      `the config ${shown(key)} has no name of its own: write ${right}, and export that version in \`${ABRA_SH}\``,
    );
  const version = /_\$(?:\{([A-Za-z]\w*_VERSION)(?::?-[^}]*)?\}|([A-Za-z]\w*_VERSION))$/.exec(name);
  const variable = version?.[1] ?? version?.[2];
  if (variable === undefined || !/^\$(?:\{STACK_NAME\}|STACK_NAME\b)/.test(name))
    return on(
      `the config ${shown(key)} is called ${shown(name)}: write ${right}, and export that version in \`${ABRA_SH}\``,
    );
  return exported.has(variable)
    ? []
    : on(
        `\`${ABRA_SH}\` does not export ${shown(variable)}, the version of the config ${shown(key)}: write ${shown(`export ${variable}=v1`)} there`,
      );
};
