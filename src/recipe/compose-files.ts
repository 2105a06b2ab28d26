/**
 * Which compose files make the stack: the colon list of COMPOSE_FILE, `compose.yml` where it is unset or empty.
 * Invariant: each name is a relative path that stays inside the recipe and that docker cannot take for an option or
 * for its standard input. Left out on purpose: whether the files exist, and whether one is a link that leads outside.
 */
import type { Complaint } from "./complaint.ts";

/** Each is read and looked through on its own. */
const mostFiles = 50;

export type ComposeFiles = { is: "files"; files: string[] } | { is: "invalid"; complaint: Complaint };

export function composeFilesOf(
  values: ReadonlyMap<string, string>,
  lines: ReadonlyMap<string, number>,
  file = ".env.sample",
): ComposeFiles {
  const files = (values.get("COMPOSE_FILE") || "compose.yml")
    .split(":")
    .map((name) => name.replace(/^(?:\.\/+)+/, ""));
  if (files.length > mostFiles) {
    const reason = `COMPOSE_FILE names ${files.length} files, and ${mostFiles} is the most`;
    return { is: "invalid", complaint: { file, line: lines.get("COMPOSE_FILE") ?? null, reason } };
  }
  for (const name of files) {
    const wrong = whatIsWrong(name);
    if (wrong === null) continue;
    const reason = `COMPOSE_FILE ${wrong}`;
    return { is: "invalid", complaint: { file, line: lines.get("COMPOSE_FILE") ?? null, reason } };
  }
  return { is: "files", files };
}

function whatIsWrong(name: string): string | null {
  const shown = JSON.stringify(name);
  if (name === "") return "names an empty path (two colons in a row, or one at an end)";
  if (name.startsWith("/")) return `names ${shown}; give the path from the recipe's own folder`;
  if (name.split("/").includes("..")) return `names ${shown}, which leads out of the recipe`;
  if (name.startsWith("-")) return `names ${shown}, which reads as an option and not as a file`;
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is refused.
  if (/[\u0000-\u001f\u007f\\]/.test(name)) return `names ${shown}, which no file of a recipe is called`;
  return null;
}
