/**
 * What a container wrote, as the engine hands it over. Without a TTY it comes in frames, 8 bytes of header (the stream, three
 * zeros, the length) and then the bytes; with one it comes bare. Only an answer that is frames from end to end is read as
 * frames, so nobody has to ask the engine first, and a character that two frames share stays whole.
 */
const HEADER_BYTES = 8;
/** What the engine itself has to say, as its answer breaks off. */
const SYSTEM_ERROR = 3;
const STREAMS = new Set([0, 1, 2, SYSTEM_ERROR]);

export const textOf = (output: Buffer): string => {
  const frames = framesOf(output);
  return (frames ? joined(frames) : output).toString("utf8");
};

/** Why the engine broke off; null where it did not. */
export const brokeOffIn = (output: Buffer): string | null => {
  const said = framesOf(output)?.filter(({ stream }) => stream === SYSTEM_ERROR) ?? [];
  return said.length > 0 ? joined(said).toString("utf8").trim() : null;
};

/** Oldest first; what ends a line is no part of it. */
export const linesOf = (output: Buffer): string[] => {
  const lines = textOf(output).split(/\r?\n/);
  if (lines.at(-1) === "") lines.pop();
  return lines;
};

type Frame = { stream: number; bytes: Buffer };
const joined = (frames: readonly Frame[]): Buffer => Buffer.concat(frames.map(({ bytes }) => bytes));

const framesOf = (output: Buffer): Frame[] | null => {
  const frames: Frame[] = [];
  let at = 0;
  while (at + HEADER_BYTES <= output.length) {
    const stream = output.readUInt8(at);
    const isHeader = STREAMS.has(stream) && output.readUIntBE(at + 1, 3) === 0;
    if (!isHeader) return null;
    const end = at + HEADER_BYTES + output.readUInt32BE(at + 4);
    frames.push({ stream, bytes: output.subarray(at + HEADER_BYTES, end) });
    at = end;
  }
  return at === output.length ? frames : null;
};
