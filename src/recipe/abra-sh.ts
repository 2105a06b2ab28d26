/**
 * Reads the constants that a recipe's abra.sh exports (`export PG_BACKUP_VERSION=v6`): lines that begin with `export`,
 * outside functions and here-documents. `$K` means an export above.
 * Invariant: this text comes from strangers and is never executed. A value that only a shell could work out (`$(…)`,
 * backticks, `${K:-…}`, a variable that is not exported above) leaves its name unset, and an older value with it: to
 * keep the old one would be a guess. Names that steer our host are passed over without a word, since in abra.sh they
 * are meant for the container that its functions run in.
 */
import { isName, longestValue, replaceWithinLimit, steersHost } from "./variable.ts";

export function parseAbraExports(text: string): Map<string, string> {
  const known = new Map<string, string>();
  for (const line of topLevelLines(text)) {
    const exported = /^export\s+(.*)$/.exec(line)?.[1];
    if (exported === undefined) continue;
    for (const { name, value } of assignmentsOf(exported, known)) {
      if (value === null || value.length > longestValue) known.delete(name);
      else known.set(name, value);
    }
  }
  return known;
}

/** A function ends at the first `}` in column 1, a here-document at its own word; both as people write them. */
function* topLevelLines(text: string): Generator<string> {
  let until: string | null = null;
  for (const line of text
    .replace(/^\uFEFF/, "")
    .replaceAll(/\\\r?\n/g, "")
    .split(/\r?\n/)) {
    if (until !== null) {
      if (line.trimEnd() === until || (until === "}" && /^\}\s*(#|;|$)/.test(line))) until = null;
      continue;
    }
    const opensFunction = /^\s*(?:function\s+[\w:.-]+|[\w:.-]+\s*\(\))/.test(line);
    if (opensFunction && !/\}\s*(?:;\s*)?(?:#.*)?$/.test(line)) until = "}";
    until ??= /(?<!<)<<-?\s*["']?([A-Za-z_]\w*)/.exec(line)?.[1] ?? null;
    if (!opensFunction) yield line;
  }
}

type Assignment = { name: string; value: string | null };

function assignmentsOf(text: string, known: ReadonlyMap<string, string>): Assignment[] {
  const found: Assignment[] = [];
  let rest = text.trimStart();
  // The command ends at a comment or at the shell's own punctuation.
  while (rest !== "" && !/^[#;&|<>()]/.test(rest)) {
    const word = readWord(rest);
    if (word === null) {
      const name = /^\w+(?==)/.exec(rest)?.[0] ?? "";
      return isName(name) ? [...found, { name, value: null }] : found;
    }
    const raw = rest.slice(0, word);
    rest = rest.slice(word).trimStart();
    const equals = raw.indexOf("=");
    const name = raw.slice(0, Math.max(equals, 0));
    if (isName(name) && !steersHost(name))
      found.push({ name, value: constantOf(raw.slice(equals + 1), known) });
  }
  return found;
}

const piece = /'[^']*'|"(?:[^"\\]|\\.)*"|\$\([^)]*\)?|`[^`]*`?|(?:[^\s'"`\\;&|<>()$]|\\.|\$(?!\())+/y;

/** Where the word at the start of the text ends; null where a quote is not closed on its line. */
function readWord(text: string): number | null {
  let end = 0;
  for (;;) {
    piece.lastIndex = end;
    const next = piece.exec(text);
    if (next === null) break;
    end += next[0].length;
  }
  const follows = text.charAt(end);
  return end === 0 || follows === "'" || follows === '"' || follows === "\\" ? null : end;
}

function constantOf(raw: string, known: ReadonlyMap<string, string>): string | null {
  let value = "";
  for (const [part] of raw.matchAll(new RegExp(piece.source, "g"))) {
    const read = part.startsWith("'") ? part.slice(1, -1) : computed(part, known);
    if (read === null) return null;
    value += read;
  }
  return value;
}

function computed(part: string, known: ReadonlyMap<string, string>): string | null {
  const isQuoted = part.startsWith('"');
  const text = isQuoted ? part.slice(1, -1) : part;
  let isConstant = true;
  const value = replaceWithinLimit(
    text,
    /\\(.)|`|\$(?:\{([A-Za-z_]\w*)\}|([A-Za-z_]\w*))?/g,
    ([whole, escaped, braced, plain]) => {
      if (escaped !== undefined) return !isQuoted || '$`"\\'.includes(escaped) ? escaped : whole;
      const referred = known.get(braced ?? plain ?? "");
      if (referred === undefined) isConstant = false;
      return referred ?? "";
    },
  );
  return isConstant ? value : null;
}
