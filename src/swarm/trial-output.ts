/**
 * Hears what a container writes while it runs, and keeps of it what is bearable: the beginning of its stdout, since a protocol is read
 * from its first line on, and the last lines of both streams, since that is where it says why it failed. The rest is heard and let
 * go: a container whose words nobody takes would stand still.
 */

import { Writable } from "node:stream";
import { StringDecoder } from "node:string_decoder";

const STDOUT_CHARACTERS = 1024 * 1024;
const LAST_LINES = 200;
const LINE_CHARACTERS = 8_192;

export type Hearing = {
  stdout: Writable;
  stderr: Writable;
  /** What was heard, once both have ended. */
  heard: () => { stdout: readonly string[]; lines: readonly string[] };
};

export const hearing = (): Hearing => {
  const lines: string[] = [];
  const last = (line: string) => {
    lines.push(line.slice(0, LINE_CHARACTERS));
    if (lines.length > LAST_LINES) lines.shift();
  };
  const kept: string[] = [];
  let room = STDOUT_CHARACTERS;
  const keep = (line: string) => {
    last(line);
    room -= line.length + 1;
    if (room >= 0) kept.push(line);
  };
  const [stdout, stderr] = [linewise(keep), linewise(last)];
  return {
    stdout: stdout.stream,
    stderr: stderr.stream,
    heard() {
      stdout.flush();
      stderr.flush();
      return { stdout: kept, lines };
    },
  };
};

const linewise = (hear: (line: string) => void): { stream: Writable; flush: () => void } => {
  const decoder = new StringDecoder("utf8");
  let rest = "";
  const stream = new Writable({
    write(part: Buffer, _encoding, done) {
      const parts = (rest + decoder.write(part)).split(/\r?\n/);
      rest = parts.pop() ?? "";
      parts.forEach(hear);
      // A line without an end is no reason to keep all of it.
      if (rest.length > STDOUT_CHARACTERS) rest = rest.slice(0, STDOUT_CHARACTERS);
      done();
    },
  });
  const flush = () => {
    rest += decoder.end();
    if (rest !== "") hear(rest);
    rest = "";
  };
  return { stream, flush };
};
