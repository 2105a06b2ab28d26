/**
 * Variables that are set for nothing. A word that stands in any file of the recipe, a template or a script, counts as
 * read.
 */
import { ENV_SAMPLE, README } from "../reading.ts";
import { shown } from "../remark.ts";
import type { Rule } from "../rule.ts";

/** Read by abra itself. */
const abras = new Set([
  "TYPE",
  "RECIPE",
  "DOMAIN",
  "STACK_NAME",
  "COMPOSE_FILE",
  "LETS_ENCRYPT_ENV",
  "TIMEOUT",
  "ENABLE_AUTO_UPDATE",
  "ENABLE_BACKUPS",
  "POST_DEPLOY_CMDS",
  "POST_UPGRADE_CMDS",
]);

export const envUsed: Rule = {
  name: "env-used",
  severity: "warning",
  asks: "Each variable that `.env.sample` sets is read by some file of the recipe",
  why: "A line that nothing reads is a line that people fill in for nothing: it was forgotten when a feature went, or it is misspelt.",
  instead:
    "Take the line out, comment it out where it belongs to a compose file that is not merged by default, or pass it on under `environment`.",
  check: ({ env, files, sources }) => {
    if (env === null) return "not-applicable";
    const own = files.get(ENV_SAMPLE) ?? "";
    const others = [...files]
      .filter(([file]) => file !== ENV_SAMPLE && file !== README)
      .map(([, text]) => text);
    const read = new Set([
      ...abras,
      ...[...own.matchAll(/\$\{?([A-Za-z_]\w*)/g)].map(([, name = ""]) => name),
      ...[...others, ...sources.values()].flatMap((text) => text.match(/[A-Za-z_]\w*/g) ?? []),
    ]);
    return [...env.lines]
      .filter(([name]) => !read.has(name))
      .map(([name, line]) => ({
        file: ENV_SAMPLE,
        line,
        message: `no file of the recipe reads ${shown(name)}: take the line out, or pass it on under \`environment\``,
      }));
  },
};
