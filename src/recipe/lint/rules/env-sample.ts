/** The file that each installation begins with, and its two lines that no app can do without. */
import { ENV_SAMPLE, type EnvText } from "../reading.ts";
import { type LintRemark, shown } from "../remark.ts";
import type { Rule } from "../rule.ts";

export const envSample: Rule = {
  name: "env-sample",
  severity: "error",
  asks: "`.env.sample` is there, with `TYPE=<recipe>` and `DOMAIN=`",
  why: "abra makes each new app's configuration of it: by `TYPE` it finds the recipe again, and `DOMAIN` is what it asks for first.",
  instead: "Begin `.env.sample` with `TYPE=<recipe>` and `DOMAIN=<recipe>.example.com`.",
  check: ({ env, recipe }) => {
    const begin = `${shown(`TYPE=${recipe}`)} and ${shown(`DOMAIN=${recipe}.example.com`)}`;
    if (env === null)
      return [
        {
          file: ENV_SAMPLE,
          line: null,
          message: `the recipe has no \`.env.sample\`: write one that begins with ${begin}`,
        },
      ];
    return [...typeRemarks(env, recipe), ...domainRemarks(env, recipe)];
  },
};

const typeRemarks = ({ values, lines }: EnvText, recipe: string): LintRemark[] => {
  const type = values.get("TYPE") ?? values.get("RECIPE") ?? "";
  const line = lines.get("TYPE") ?? lines.get("RECIPE") ?? null;
  const right = shown(`TYPE=${recipe}`);
  if (type === "") return [{ file: ENV_SAMPLE, line, message: `\`TYPE\` is not set: write ${right}` }];
  return type.split(":")[0] === recipe
    ? []
    : [
        {
          file: ENV_SAMPLE,
          line,
          message: `\`TYPE\` says ${shown(type)}, and this recipe is called ${shown(recipe)}: write ${right}`,
        },
      ];
};

const domainRemarks = ({ values, lines }: EnvText, recipe: string): LintRemark[] =>
  values.get("DOMAIN")
    ? []
    : [
        {
          file: ENV_SAMPLE,
          line: lines.get("DOMAIN") ?? null,
          message: `\`DOMAIN\` is not set: write ${shown(`DOMAIN=${recipe}.example.com`)}`,
        },
      ];
