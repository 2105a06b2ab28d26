/**
 * The few pieces of GitHub markdown that a report is made of. Whatever comes from outside (labels, errors, logs) goes
 * through one of these, so that it cannot close its block, ping people, steer a terminal or pose as our own words.
 */

/** Without what a reader cannot see: escape sequences, control characters, marks that turn the direction of reading. */
const visible = (text: string): string =>
  text
    .replaceAll(ESCAPE_SEQUENCES, "")
    .replaceAll(/\r\n?/g, "\n")
    // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is taken out.
    .replaceAll(/[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u200e\u200f\u202a-\u202e\u2066-\u2069]/g, "");

// biome-ignore lint/suspicious/noControlCharactersInRegex: CSI and OSC sequences, as terminals read them.
const ESCAPE_SEQUENCES = /\u001b\[[0-?]*[ -/]*[@-~]|\u001b\][^\u0007\u001b]*(?:\u0007|\u001b\\)?/g;

/** On one line, for titles and terminals. */
export const oneLine = (text: string): string => visible(text).replaceAll(/\s+/g, " ").trim();

/** Inline code on one line, between more backticks than it holds. */
export const code = (text: string): string => {
  const line = oneLine(text) || " ";
  if (!line.includes("`")) return `\`${line}\``;
  const fence = "`".repeat(longestRun(line) + 1);
  return `${fence} ${line} ${fence}`;
};

const longestRun = (text: string): number =>
  Math.max(0, ...[...text.matchAll(/`+/g)].map((run) => run[0].length));

/** A fenced block whose fence is longer than any inside. */
export const block = (text: string, language = ""): string => {
  const shown = visible(text).replaceAll("\t", "  ");
  const fence = "`".repeat(Math.max(2, longestRun(shown)) + 1);
  return `${fence}${language}\n${shown}\n${fence}`;
};

export const table = (head: readonly string[], rows: readonly (readonly string[])[]): string =>
  [head, head.map(() => "---"), ...rows]
    .map((cells) => `| ${cells.map((cell) => cell.replaceAll("|", "\\|")).join(" | ")} |`)
    .join("\n");

export const details = (title: string, body: string): string =>
  `<details><summary>${title}</summary>\n\n${body}\n\n</details>`;

/** `12:03:04.567`; the day stands once, at the end of a report. */
export const clock = (iso: string): string => iso.slice(11, 23);

export const seconds = (fromIso: string, toIso: string): string => {
  const s = (Date.parse(toIso) - Date.parse(fromIso)) / 1000;
  return s < 10 ? `${s.toFixed(1)} s` : `${Math.round(s)} s`;
};

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
