/**
 * Takes secrets out of text before it is noted: the values of the app's variables by their names, the secrets that were made
 * for the run, and what looks like a token whoever made it. It would rather take too much than too little, except for what
 * a report cannot do without: the names of the stack and the recipe, plain words and numbers.
 */
import { learn, type Mask, maskShapes, replacing } from "../report/mask.ts";

export type Redact = Mask;

const READABLE = new Set([
  "DOMAIN",
  "STACK_NAME",
  "RECIPE",
  "TYPE",
  "COMPOSE_FILE",
  "LETS_ENCRYPT_ENV",
  "TIMEOUT",
]);
const VALUE_LENGTH = 6;
const SECRET_LENGTH = 4;
const PLAIN = /^(true|false|enabled?|disabled?|default|production|staging|[\d.,:_-]+)$/i;

/** `secrets` have no name that could be shown. */
export const redactor = (values: ReadonlyMap<string, string>, secrets: readonly string[]): Redact => {
  const readable = new Set([...values].flatMap(([name, value]) => (READABLE.has(name) ? [value] : [])));
  const known = new Map<string, string>();
  for (const secret of secrets) learn(known, secret, "<redacted>", SECRET_LENGTH);
  for (const [name, value] of values)
    if (!READABLE.has(name) && !readable.has(value) && !PLAIN.test(value.trim()))
      learn(known, value, `<redacted ${name}>`, VALUE_LENGTH);
  const replaceKnown = replacing(known);
  return (text) => replaceTokens(replaceKnown(text));
};

const TOKENS: readonly (readonly [RegExp, string])[] = [
  [/\b((?:proxy-)?authorization["']?\s*[:=]\s*["']?)(?!<redacted)[^\s"',][^\r\n"']*/gi, "$1<redacted>"],
  [/\b(bearer|basic)(\s+)(?=[\w.~+/-]*[\d=._~+/-])[\w.~+/-]{8,}=*/gi, "$1$2<redacted>"],
  [/(:\/\/)[^\s/"'<>]+@/g, "$1<redacted>@"],
  [
    /(?<!unexpected )((?:password|passwd|passphrase|token|secret|api_?key)["']?\s*[=:]\s*)(?:"(?!<redacted)[^"\r\n]*"|'(?!<redacted)[^'\r\n]*'|(?!["'<])[^\s"',;&]+)/gi,
    "$1<redacted>",
  ],
];

const replaceTokens: Redact = (text) =>
  TOKENS.reduce((rest, [shape, instead]) => rest.replace(shape, instead), maskShapes(text));
