/**
 * Reads a recipe's `.env.sample`: `KEY=value` lines, bare, "double" or 'single' quoted; the last line of a key wins;
 * `$KEY` and `${KEY}` mean what stood above, except in single quotes; `#` starts a comment at the start of a value or
 * after a space. A secret's trailing comment says how to make it: `# length=32 charset=hex generate=false`.
 * Invariant: nothing is executed, no host variable is looked up, and a name that steers our host is never a value.
 * Left out on purpose: values over several lines, `${KEY:-default}` (kept as it stands), commented-out keys.
 */
import type { Complaint } from "./complaint.ts";
import { isName, longestValue, replaceWithinLimit, steersHost } from "./variable.ts";

/** How a secret is made; null where the recipe says nothing, and `generate` is true unless it says false. */
export type Annotation = { length: number | null; charset: string | null; generate: boolean };

export type EnvFile = {
  values: Map<string, string>;
  /** The line on which the winning value of each key stands, counted from 1. */
  lines: Map<string, number>;
  annotations: Map<string, Annotation>;
  complaints: Complaint[];
};

/** `given` values (the app's domain, say) win over the file's, in references too. */
export function parseEnvFile(
  text: string,
  file = ".env.sample",
  given: ReadonlyMap<string, string> = new Map(),
): EnvFile {
  const env: EnvFile = { values: new Map(given), lines: new Map(), annotations: new Map(), complaints: [] };
  for (const [index, line] of linesOf(text).entries()) {
    const read = readLine(line, env.values);
    if (read.is === "wrong") env.complaints.push({ file, line: index + 1, reason: read.reason });
    if (read.is !== "assignment") continue;
    const { key, value, annotation } = read;
    if (!given.has(key)) env.values.set(key, value);
    env.lines.set(key, index + 1);
    if (annotation === null) env.annotations.delete(key);
    else env.annotations.set(key, annotation);
  }
  return env;
}

const linesOf = (text: string): string[] => text.replace(/^\uFEFF/, "").split(/\r\n|\n|\r/);

type Wrong = { is: "wrong"; reason: string };
type Line =
  | { is: "nothing" }
  | { is: "assignment"; key: string; value: string; annotation: Annotation | null }
  | Wrong;

function readLine(line: string, above: ReadonlyMap<string, string>): Line {
  const bare = line.trim();
  if (bare === "" || bare.startsWith("#")) return { is: "nothing" };
  const equals = bare.indexOf("=");
  if (equals < 0) return wrong("not `KEY=value`, and not a comment either");
  const key = bare
    .slice(0, equals)
    .replace(/^export\s+/, "")
    .trim();
  if (!isName(key)) return wrong("the name before `=` may hold letters, digits and `_` only");
  if (steersHost(key)) return wrong(`${key} would steer the test host, so a recipe may not set it`);
  const read = readValue(bare.slice(equals + 1).trim(), above);
  if (read.is === "wrong") return wrong(`${key}: ${read.reason}`);
  const annotation = isSecretVersion.test(key) ? annotationOf(read.comment) : null;
  if (annotation !== null && "reason" in annotation) return wrong(`${key}: ${annotation.reason}`);
  return { is: "assignment", key, value: read.value, annotation };
}

type Value = { is: "value"; value: string; comment: string } | Wrong;

function readValue(text: string, above: ReadonlyMap<string, string>): Value {
  const written = text.startsWith("'") || text.startsWith('"') ? readQuoted(text) : readBare(text);
  if (written.is === "wrong") return written;
  const value = expand(written.value, written.quote, above);
  if (value === null) return wrong(`the value is longer than ${longestValue} characters`);
  if (value.includes("\0")) return wrong("the value holds a NUL byte");
  return { is: "value", value, comment: written.comment };
}

type Written = { is: "written"; value: string; quote: "'" | '"' | ""; comment: string } | Wrong;

function readQuoted(text: string): Written {
  const single = /^'([^']*)'(.*)$/.exec(text);
  const quoted = single ?? /^"((?:[^"\\]|\\.)*)"(.*)$/.exec(text);
  if (quoted === null) return wrong("the quote is not closed on its line");
  const [, value = "", comment = ""] = quoted;
  if (!/^\s*(?:#|$)/.test(comment)) return wrong("text follows the closing quote");
  return { is: "written", value, quote: single === null ? '"' : "'", comment };
}

function readBare(text: string): Written {
  const hash = text.startsWith("#") ? 0 : text.search(/\s#/);
  const at = hash < 0 ? text.length : hash;
  return { is: "written", value: text.slice(0, at).trimEnd(), quote: "", comment: text.slice(at) };
}

const escapes: ReadonlyMap<string, string> = new Map([
  ["\\n", "\n"],
  ["\\r", "\r"],
  ['\\"', '"'],
  ["\\\\", "\\"],
  ["\\$", "$"],
]);

/** Unset means empty, as it does everywhere in a compose file. A bare backslash is itself, except before `$`. */
function expand(text: string, quote: "'" | '"' | "", above: ReadonlyMap<string, string>): string | null {
  if (quote === "'") return text.length > longestValue ? null : text;
  const pattern =
    quote === '"'
      ? /\\.|\$(?:\{([A-Za-z_]\w*)\}|([A-Za-z_]\w*))/g
      : /\\\$|\$(?:\{([A-Za-z_]\w*)\}|([A-Za-z_]\w*))/g;
  return replaceWithinLimit(text, pattern, ([whole, braced, plain]) => {
    if (whole.startsWith("\\")) return escapes.get(whole) ?? whole;
    return above.get(braced ?? plain ?? "") ?? "";
  });
}

/** The comment of any other line may speak of a length or a charset that is no secret's. */
const isSecretVersion = /^SECRET_\w+_VERSION$/;

function annotationOf(comment: string): Annotation | { reason: string } | null {
  const said = new Map<string, string>();
  for (const [, word = "", value = ""] of comment.matchAll(/(?<=[#\s])(length|charset|generate)=(\S+)/g))
    said.set(word, value);
  if (said.size === 0) return null;
  const length = said.get("length") ?? null;
  if (length !== null && !(/^[1-9]\d{0,3}$/.test(length) && Number(length) <= 4096))
    return { reason: "`length=` takes a whole number from 1 to 4096" };
  return {
    length: length === null ? null : Number(length),
    charset: said.get("charset") ?? null,
    generate: said.get("generate") !== "false",
  };
}

const wrong = (reason: string): Wrong => ({ is: "wrong", reason });
