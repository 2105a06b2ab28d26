/**
 * The few pieces of GitHub markdown that a report is made of. Whatever comes from outside (labels, errors, logs) goes
 * through one of these, so that it cannot close its block, ping people, steer a terminal or pose as our own words.
 */

/** Without what a reader cannot see: escape sequences, control characters, marks that turn the direction of reading. */
export const visible = (text: string): string =>
  text
    .replaceAll(ESCAPE_SEQUENCES, "")
    .replaceAll(/\r\n?/g, "\n")
    // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is taken out.
    .replaceAll(/[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u200e\u200f\u202a-\u202e\u2066-\u2069]/g, "");

// biome-ignore lint/suspicious/noControlCharactersInRegex: CSI and OSC sequences, as terminals read them.
const ESCAPE_SEQUENCES = /\u001b\[[0-?]*[ -/]*[@-~]|\u001b\][^\u0007\u001b]*(?:\u0007|\u001b\\)?/g;

/** On one line, for titles and terminals. */
export const oneLine = (text: string): string => visible(text).replaceAll(/\s+/g, " ").trim();

/** Inline code on one line, between more backticks than it holds. No single text from outside may fill a report. */
export const code = (text: string, limit = 2_000): string => {
  // What is far beyond the limit is not even read.
  const line = cut(oneLine(text.slice(0, 8 * limit)), limit) || " ";
  if (!line.includes("`")) return `\`${line}\``;
  const fence = "`".repeat(longestRun(line) + 1);
  return `${fence} ${line} ${fence}`;
};

const longestRun = (text: string): number =>
  Math.max(0, ...[...text.matchAll(/`+/g)].map((run) => run[0].length));

/** A sentence in which names stand between backticks, and which may hold whatever a file says; on one line. */
export const prose = (text: string): string =>
  oneLine(text)
    .split("`")
    .map((part, index) => (index % 2 === 1 ? code(part) : literal(part)))
    .join("");

/** As it is, and nothing that GitHub would make something of: no mark, no mention, no link. */
const literal = (text: string): string =>
  text.replaceAll(/[\\<>[\]*_~|&#]/g, "\\$&").replaceAll(/@|:(?=\/\/)|www(?=\.)/gi, `$&${NO_WIDTH}`);
/** A backslash would not do: mentions and bare links are looked for in what is left when marks are read. */
const NO_WIDTH = "\u200b";

/** A fenced block whose fence is longer than any inside. */
export const block = (text: string, language = ""): string => {
  const shown = visible(text).replaceAll("\t", "  ");
  const fence = "`".repeat(Math.max(2, longestRun(shown)) + 1);
  return `${fence}${language}\n${shown}\n${fence}`;
};

export const table = (head: readonly string[], rows: readonly (readonly string[])[]): string =>
  [head, head.map(() => "---"), ...rows].map((cells) => `| ${cells.map(inCell).join(" | ")} |`).join("\n");

/**
 * A bar ends a cell, and any code in it, unless an odd number of backslashes stands before it: GitHub splits rows before it reads
 * anything else, and takes two of them for one that is escaped. A text's own backslash before a bar is shown twice.
 */
const inCell = (cell: string): string =>
  cell.replaceAll(/(\\*)\|/g, (_, before: string) => `${before}${before.length % 2 === 0 ? "\\" : "\\\\"}|`);

export const details = (title: string, body: string): string =>
  `<details><summary>${title}</summary>\n\n${body}\n\n</details>`;

/** `12:03:04.567`; the day stands once, at the end of a report. The engine writes up to nine digits, or none. */
export const clock = (iso: string): string => {
  const [, time, fraction = ""] = /T(\d\d:\d\d:\d\d)(?:\.(\d+))?/.exec(iso) ?? [];
  return time ? `${time}.${fraction.slice(0, 3).padEnd(3, "0")}` : "at an unknown time";
};

export const day = (iso: string): string => /^\d{4}-\d\d-\d\d/.exec(iso)?.[0] ?? "";

export const seconds = (fromIso: string, toIso: string): string => {
  const s = (Date.parse(toIso) - Date.parse(fromIso)) / 1000;
  if (Number.isNaN(s)) return "an unknown time";
  return s < 10 ? `${s.toFixed(1)} s` : `${Math.round(s)} s`;
};

/** `1 task`, `3 tasks`. */
export const count = (n: number, noun: string): string => `${n} ${noun}${n === 1 ? "" : "s"}`;

/** The same everywhere, where a locale would differ from host to host. */
export const byCodePoint = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

/** Cut to so many UTF-16 units, never inside a character, saying so. */
export const cut = (text: string, limit: number): string =>
  text.length <= limit ? text : `${whole(text.slice(0, limit - 1))}…`;

export const bytesOf = (text: string): number => new TextEncoder().encode(text).length;

/** Cut to so many bytes of UTF-8, saying so. */
export const cutBytes = (text: string, limit: number): string => {
  const bytes = new TextEncoder().encode(text);
  if (bytes.length <= limit) return text;
  const kept = new TextDecoder().decode(bytes.slice(0, limit - 3));
  return `${whole(kept.replace(/\ufffd+$/, ""))}…`;
};

/** Half a surrogate pair at the end is taken off. */
const whole = (text: string): string => text.replace(/[\ud800-\udbff]$/, "");
