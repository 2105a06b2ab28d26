/** Whether a file holds anything: a compressed nothing, a tar of nothing and zeros are nothing. Pure. */
import { gunzipSync } from "node:zlib";

/** A tar of nothing; what is longer holds something, whatever it is. */
export const NOTHING_BYTES = 10_240;

export const isNothing = (content: Buffer): boolean =>
  content.length <= NOTHING_BYTES && (isZeros(content) || COMPRESSED.some((isEmpty) => isEmpty(content)));

const isZeros = (content: Buffer): boolean => content.every((byte) => byte === 0);

const begins = (content: Buffer, hex: string): boolean => content.toString("hex").startsWith(hex);
/** As `gzip`, `bzip2`, `xz` and `zstd` write them from an empty input. */
const COMPRESSED: readonly ((content: Buffer) => boolean)[] = [
  (content) => begins(content, "1f8b") && isZerosGzipped(content),
  (content) => begins(content, "425a68") && content.length === 14,
  (content) => begins(content, "fd377a585a00") && content.length === 32,
  // Its first block is its last one, and of length 0.
  (content) => begins(content, "28b52ffd") && /^.{8}[02][04]..010000/.test(content.toString("hex")),
];

/** What cannot be unpacked is something, and not ours to judge. */
const isZerosGzipped = (content: Buffer): boolean => {
  try {
    return isZeros(gunzipSync(content, { maxOutputLength: NOTHING_BYTES }));
  } catch {
    return false;
  }
};
