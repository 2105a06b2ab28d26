/**
 * A text from testme.yml as it is shown in a complaint: between backticks, on one line, short, and without what could end them or what a
 * reader cannot see, for complaints become part of a comment.
 */
export const quoted = (text: string, longest = 40): string => {
  const start = [...text.slice(0, 2 * longest)];
  const shown = start
    .slice(0, longest)
    .join("")
    .replaceAll(/[`\p{C}]/gu, "?");
  return `\`${shown}${start.length > longest ? "…" : ""}\``;
};
