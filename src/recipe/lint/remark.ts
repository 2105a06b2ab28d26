/** What a rule says of a place in a recipe, and how text of the recipe stands in it. */

/** `line` counts from 1 and is null where no line has anything to say. Text from the recipe stands between backticks. */
export type LintRemark = { file: string; line: number | null; message: string };

const LONGEST = 160;

/** Text from the recipe as a remark shows it: on one line, between backticks that it cannot close. */
export const shown = (text: string): string => {
  const line = text
    .slice(0, 4 * LONGEST)
    .replaceAll("`", "'")
    .replaceAll(/\s+/g, " ")
    .trim();
  return `\`${line.length > LONGEST ? `${line.slice(0, LONGEST - 1)}…` : line}\``;
};

const MOST_NAMES = 40;

/** Names as a remark shows them, each between backticks; what is beyond forty is counted. */
export const listed = (names: readonly string[]): string => {
  const more = names.length > MOST_NAMES ? ` and ${names.length - MOST_NAMES} more` : "";
  return names.length === 0 ? "none" : `${names.slice(0, MOST_NAMES).map(shown).join(", ")}${more}`;
};
