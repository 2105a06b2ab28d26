/**
 * A piece of an app's data on its way out of a container, into a file of the run's own: as the engine packed it, with names from
 * the folder in which it will be extracted again; counted on the way.
 */
import { createWriteStream } from "node:fs";
import { posix } from "node:path";
import { Readable, Transform } from "node:stream";
import { buffer } from "node:stream/consumers";
import { pipeline } from "node:stream/promises";
import { type Extract as Entries, extract, type Header, type Pack, pack } from "tar-stream";
import type { Archive } from "../../verdict/data.ts";
import { Fault } from "../../verdict/fault.ts";
import { isNothing, NOTHING_BYTES } from "./nothing.ts";

type Kept = Extract<Archive, { is: "kept" }>;
/** `from`: the path that was asked for. `root`: the folder, at or above it, that names are relative to. `mark`: a path of ours. */
type Piece = { from: string; root: string; mark: string | null };

/** `roomBytes`: what it may take, as the engine packs it. More than that is a fault: the disk is not the app's. */
export const keep = async (
  packed: Readable,
  piece: Piece,
  file: string,
  roomBytes: number,
): Promise<Kept> => {
  const [entries, kept] = [extract(), pack()];
  const [found] = await Promise.all([
    walk(entries, kept, piece),
    pipeline(packed, within(roomBytes), entries),
    pipeline(kept, createWriteStream(file)),
  ]);
  return found;
};

const within = (roomBytes: number): Transform => {
  let room = roomBytes;
  return new Transform({
    transform(part: Buffer, _encoding, done) {
      room -= part.length;
      if (room >= 0) done(null, part);
      else done(tooLarge());
    },
  });
};

const tooLarge = (): Fault =>
  new Fault(
    "bot",
    "The app's backup is larger than this bot keeps of one run",
    "Let the recipe back up less, or raise the bot's setting MAX_BACKUP.",
  );

const walk = async (entries: Entries, kept: Pack, { from, root, mark }: Piece): Promise<Kept> => {
  let found: Kept = { is: "kept", of: "directory", files: 0, filled: 0, bytes: 0, hasMark: false };
  const inside = (name: string) => posix.join(posix.dirname(from), name);
  const outside = (name: string) => posix.relative(root, inside(name)) || ".";
  try {
    for await (const entry of entries) {
      const { header } = entry;
      const content = await copy(entry, renamed(header, outside), kept);
      const path = trimmed(inside(header.name));
      if (!isFile(header)) continue;
      if (path === from) found = { ...found, of: "file" };
      if (path === mark) found = { ...found, hasMark: true };
      else found = counted(found, header.size ?? 0, content !== null && isNothing(content));
    }
    kept.finalize();
    return found;
  } catch (error) {
    kept.destroy(error instanceof Error ? error : new Error(String(error)));
    throw error;
  }
};

/** Of a small one, what is in it. */
const copy = async (entry: AsyncIterable<unknown>, header: Header, kept: Pack): Promise<Buffer | null> => {
  if ((header.size ?? 0) > NOTHING_BYTES) {
    await pipeline(Readable.from(entry), kept.entry(header));
    return null;
  }
  const content = await buffer(entry);
  kept.entry(header, content);
  return content;
};

const isFile = ({ type }: Header): boolean => type === "file" || type === "contiguous-file";

const counted = (found: Kept, bytes: number, isNothing: boolean): Kept => ({
  ...found,
  files: found.files + 1,
  filled: found.filled + (isNothing ? 0 : 1),
  bytes: found.bytes + bytes,
});

const renamed = (header: Header, rename: (name: string) => string): Header => {
  const name = rename(header.name);
  // Of a symbolic link the target is anything, of a hard one a name in this very tar.
  const linkname = header.type === "link" ? rename(header.linkname ?? "") : header.linkname;
  return {
    ...header,
    name: header.type === "directory" ? `${name}/` : name,
    ...(linkname && { linkname }),
    ...(header.pax ? { pax: ownOf(header.pax) } : {}),
  };
};

/** What the header's other fields do not say: those are written anew where they are too long for them. */
const ownOf = (pax: object): object =>
  Object.fromEntries(Object.entries(pax).filter(([key]) => !["path", "linkpath", "size"].includes(key)));

const trimmed = (path: string): string => path.replace(/(?<=.)\/$/, "");

/** The content of the one file that was packed. */
export const contentOf = async (packed: Readable): Promise<string> => {
  const entries = extract();
  const read = async () => {
    let content = "";
    for await (const entry of entries) content += (await buffer(entry)).toString("utf8");
    return content;
  };
  const [content] = await Promise.all([read(), pipeline(packed, entries)]);
  return content;
};

/** One small file, as a tar that the engine takes. */
export const packed = (name: string, content: string): Readable => {
  const archive = pack();
  archive.entry({ name, mode: 0o644, mtime: new Date(0) }, content);
  archive.finalize();
  return Readable.from(archive);
};
