/**
 * Takes secrets out of text before it is noted: the values of the app's variables by their names, the secrets that were made
 * for the run, and what looks like a token whoever made it. It would rather take too much than too little, except for what
 * a report cannot do without: the names of the stack and the recipe, plain words and numbers.
 */
export type Redact = (text: string) => string;

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
  const learn = (value: string, label: string, least: number) => {
    for (const form of formsOf(value)) if (form.length >= least && !known.has(form)) known.set(form, label);
  };
  for (const secret of secrets) learn(secret, "<redacted>", SECRET_LENGTH);
  for (const [name, value] of values)
    if (!READABLE.has(name) && !readable.has(value) && !PLAIN.test(value.trim()))
      learn(value, `<redacted ${name}>`, VALUE_LENGTH);
  const replaceKnown = replacing(known);
  return (text) => replaceTokens(replaceKnown(text));
};

/** As it is, as JSON and as a URL write it, and each line of a long one, since logs are read line by line. */
const formsOf = (value: string): string[] => {
  const lines = value.split("\n").map((line) => line.trim());
  const whole = value.trim();
  return [
    whole,
    JSON.stringify(whole).slice(1, -1),
    encodeURIComponent(whole.toWellFormed()),
    ...(lines.length > 1 ? lines.filter((line) => line.length >= LINE_LENGTH) : []),
  ];
};
const LINE_LENGTH = 12;

/** One pass, the longest first, so that no value is looked for in what stands for another. */
const replacing = (known: ReadonlyMap<string, string>): Redact => {
  if (known.size === 0) return (text) => text;
  const longestFirst = [...known.keys()].sort((a, b) => b.length - a.length);
  const any = new RegExp(longestFirst.map(literally).join("|"), "g");
  return (text) => text.replace(any, (value) => known.get(value) ?? "<redacted>");
};

const literally = (value: string): string => value.replace(/[\\^$.*+?()[\]{}|]/g, "\\$&");

const KEY_BLOCK =
  /-----BEGIN [A-Z0-9 ]*PRIVATE KEY[A-Z ]*-----[\s\S]*?-----END [A-Z0-9 ]*PRIVATE KEY[A-Z ]*-----/g;
/** One of which the text holds only a part: what follows its first line, or comes before its last one. */
const OPEN_BLOCK = /-----BEGIN [A-Z0-9 ]*PRIVATE KEY[A-Z ]*-----(?:\s+[A-Za-z0-9+/=]+(?=\s|$))*/g;
const CUT_BLOCK = /(?:^[A-Za-z0-9+/=]+\r?\n)*^-----END [A-Z0-9 ]*PRIVATE KEY[A-Z ]*-----/gm;

const TOKENS: readonly (readonly [RegExp, string])[] = [
  [KEY_BLOCK, "<redacted private key>"],
  [OPEN_BLOCK, "<redacted private key>"],
  [CUT_BLOCK, "<redacted private key>"],
  [/\b(?:gh[opsur]_[A-Za-z0-9]{16,}|github_pat_\w{16,})/g, "<redacted token>"],
  [/\b((?:proxy-)?authorization["']?\s*[:=]\s*["']?)(?!<redacted)[^\s"',][^\r\n"']*/gi, "$1<redacted>"],
  [/\b(bearer|basic)(\s+)(?=[\w.~+/-]*[\d=._~+/-])[\w.~+/-]{8,}=*/gi, "$1$2<redacted>"],
  [/(:\/\/)[^\s/"'<>]+@/g, "$1<redacted>@"],
  [
    /(?<!unexpected )((?:password|passwd|passphrase|token|secret|api_?key)["']?\s*[=:]\s*)(?:"(?!<redacted)[^"\r\n]*"|'(?!<redacted)[^'\r\n]*'|(?!["'<])[^\s"',;&]+)/gi,
    "$1<redacted>",
  ],
];

const replaceTokens: Redact = (text) =>
  TOKENS.reduce((rest, [shape, instead]) => rest.replace(shape, instead), text);
