/**
 * The files of the recipe that become configs and secrets, with what they hold. A file that the recipe does not have, that
 * lies outside it (it would be one of the host's) or that is empty is refused: `docker stack config` lets it pass, and
 * `docker stack deploy` stumbles over it with part of the stack created.
 */
import { readSources } from "./check-sources.ts";
import type { Complaint, Sources } from "./complaint.ts";
import { placed } from "./place.ts";
import type { StackConfig } from "./stack-config.ts";

/** `name` is the engine's, `file` is relative to the recipe, and `text` is what docker stores: templates are raw in it. */
export type NamedFile = { kind: "secret" | "config"; key: string; name: string; file: string; text: string };
export type NamedFiles =
  | { is: "files"; files: readonly NamedFile[] }
  | { is: "invalid"; complaint: Complaint };

/** What stands in the repository in the place of a file that Git LFS keeps; nothing fetches that. */
const IN_LFS = /^version https:\/\/git-lfs\.github\.com\/spec\//;

/** `read` answers null for a file that the recipe does not have. */
export async function readNamedFiles(
  config: StackConfig,
  sources: Sources,
  { stack, directory }: { stack: string; directory: string },
  read: (path: string) => Promise<string | null>,
): Promise<NamedFiles> {
  const files: NamedFile[] = [];
  for (const { kind, key, name, file } of config.files) {
    const path = file.startsWith(`${directory}/`) ? file.slice(directory.length + 1) : null;
    const text = path === null ? null : await read(path);
    if (path !== null && text && !IN_LFS.test(text))
      files.push({ kind, key, name: name ?? `${stack}_${key}`, file: path, text });
    else {
      const reason = `the ${kind} ${key} names ${whatIsWrong(path, text)}`;
      return { is: "invalid", complaint: placed(readSources(sources), `${kind}s.${key}.file`, reason) };
    }
  }
  return { is: "files", files };
}

function whatIsWrong(path: string | null, text: string | null): string {
  if (path === null) return "a file outside the recipe";
  if (text === null) return `the file ${path}, which the recipe does not have`;
  return text
    ? `the file ${path}, which Git LFS keeps elsewhere: put it into the repository itself`
    : `the file ${path}, which is empty: docker stores nothing empty`;
}
