/**
 * The few pieces of GitHub markdown that a report is made of. Whatever comes from outside (labels, errors, logs) goes
 * through one of these, so that it cannot close its block, ping people or pose as our own words.
 */

/** Inline code on one line, between more backticks than it holds. */
export const code = (text: string): string => {
  const line = text.replaceAll(/\s+/g, " ").trim() || " ";
  if (!line.includes("`")) return `\`${line}\``;
  const fence = "`".repeat(longestRun(line) + 1);
  return `${fence} ${line} ${fence}`;
};

const longestRun = (text: string): number =>
  Math.max(0, ...[...text.matchAll(/`+/g)].map((run) => run[0].length));

/** A fenced block whose fence is longer than any inside. */
export const block = (text: string, language = ""): string => {
  const fence = "`".repeat(Math.max(2, longestRun(text)) + 1);
  return `${fence}${language}\n${text.replaceAll("\r", "")}\n${fence}`;
};

export const table = (head: readonly string[], rows: readonly (readonly string[])[]): string =>
  [head, head.map(() => "---"), ...rows]
    .map((cells) => `| ${cells.map((cell) => cell.replaceAll("|", "\\|")).join(" | ")} |`)
    .join("\n");

export const details = (title: string, body: string): string =>
  `<details><summary>${title}</summary>\n\n${body}\n\n</details>`;

/** `12:03:04.567`; the day stands once at the top of a report. */
export const clock = (iso: string): string => `${iso.slice(11, 23)}`;

export const seconds = (fromIso: string, toIso: string): string => {
  const s = (Date.parse(toIso) - Date.parse(fromIso)) / 1000;
  return s < 10 ? `${s.toFixed(1)} s` : `${Math.round(s)} s`;
};

/** Cut to `limit` characters, saying so. */
export const cut = (text: string, limit: number): string => {
  const characters = [...text];
  if (characters.length <= limit) return text;
  return `${characters.slice(0, limit - 1).join("")}…`;
};
