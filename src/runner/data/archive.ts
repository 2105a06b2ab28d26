/**
 * A piece of an app's data on its way out of a container, into a file of the run's own: as the engine packed it, with names from
 * the folder in which it will be extracted again; counted on the way.
 */
import { createWriteStream } from "node:fs";
import { posix } from "node:path";
import { Readable } from "node:stream";
import { buffer } from "node:stream/consumers";
import { pipeline } from "node:stream/promises";
import { extract, type Header, pack } from "tar-stream";
import type { Archive } from "../../verdict/data.ts";
import { isNothing, NOTHING_BYTES } from "./nothing.ts";

type Kept = Extract<Archive, { is: "kept" }>;
/** `from`: the path that was asked for. `root`: the folder, at or above it, that names are relative to. `mark`: a path of ours. */
type Piece = { from: string; root: string; mark: string | null };

export const keep = async (packed: Readable, { from, root, mark }: Piece, file: string): Promise<Kept> => {
  const [entries, kept] = [extract(), pack()];
  const written = pipeline(kept, createWriteStream(file));
  const taken = pipeline(packed, entries);
  let found: Kept = { is: "kept", of: "directory", files: 0, filled: 0, bytes: 0, hasMark: false };
  const inside = (name: string) => posix.join(posix.dirname(from), name);
  for await (const entry of entries) {
    const { header } = entry;
    const path = inside(header.name);
    const isFile = header.type === "file" || header.type === "contiguous-file";
    const content = isFile && (header.size ?? 0) <= NOTHING_BYTES ? await buffer(entry) : null;
    const named = renamed(header, (name) => posix.relative(root, inside(name)) || ".");
    if (content) kept.entry(named, content);
    else await pipeline(entry, kept.entry(named));
    if (trimmed(path) === from && isFile) found = { ...found, of: "file" };
    if (path === mark) found = { ...found, hasMark: true };
    else if (isFile)
      found = {
        ...found,
        files: found.files + 1,
        filled: found.filled + (content && isNothing(content) ? 0 : 1),
        bytes: found.bytes + (header.size ?? 0),
      };
  }
  kept.finalize();
  await Promise.all([taken, written]);
  return found;
};

const renamed = (header: Header, rename: (name: string) => string): Header => {
  const name = rename(header.name);
  // Of a symbolic link the target is anything, of a hard one a name in this very tar.
  const linkname = header.type === "link" ? rename(header.linkname ?? "") : header.linkname;
  return { ...header, name: header.type === "directory" ? `${name}/` : name, ...(linkname && { linkname }) };
};

const trimmed = (path: string): string => path.replace(/(?<=.)\/$/, "");

/** The content of the one file that was packed. */
export const contentOf = async (packed: Readable): Promise<string> => {
  const entries = extract();
  const taken = pipeline(packed, entries);
  let content = "";
  for await (const entry of entries) content += (await buffer(entry)).toString("utf8");
  await taken;
  return content;
};

/** One small file, as a tar that the engine takes. */
export const packed = (name: string, content: string): Readable => {
  const archive = pack();
  archive.entry({ name, mode: 0o644, mtime: new Date(0) }, content);
  archive.finalize();
  return Readable.from(archive);
};
