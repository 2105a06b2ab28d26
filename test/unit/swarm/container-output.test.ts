import { expect, test } from "vitest";
import { brokeOffIn, linesOf, textOf } from "../../../src/swarm/container-output.ts";

const frame = (stream: number, content: Buffer | string): Buffer => {
  const bytes = Buffer.from(content);
  const header = Buffer.alloc(8);
  header.writeUInt8(stream, 0);
  header.writeUInt32BE(bytes.length, 4);
  return Buffer.concat([header, bytes]);
};

test("frames of both streams come out in the order in which they were written", () => {
  const output = Buffer.concat([frame(1, "one\n"), frame(2, "two\n"), frame(1, "three\n")]);
  expect(linesOf(output)).toEqual(["one", "two", "three"]);
});

test("a line, and a character, may be spread over two frames", () => {
  const [head, tail] = [Buffer.from("caf\u00e9\n").subarray(0, 4), Buffer.from("caf\u00e9\n").subarray(4)];
  expect(linesOf(Buffer.concat([frame(1, head), frame(1, tail)]))).toEqual(["caf\u00e9"]);
});

test("a terminal's output is bare, and its lines end in CR LF", () => {
  expect(linesOf(Buffer.from("\u001b[31mred\u001b[0m\r\nplain\r\n"))).toEqual([
    "\u001b[31mred\u001b[0m",
    "plain",
  ]);
});

test("bare text that begins like a frame, or stops in the middle of one, is text", () => {
  const like = Buffer.concat([frame(1, "one\n"), Buffer.from("no header here")]);
  expect(textOf(like)).toBe(like.toString("utf8"));
  const short = frame(1, "cut off").subarray(0, 12);
  expect(textOf(short)).toBe(short.toString("utf8"));
});

test("nothing was written", () => {
  expect(linesOf(Buffer.alloc(0))).toEqual([]);
  expect(linesOf(frame(1, ""))).toEqual([]);
  expect(linesOf(frame(1, "\n\nafter two empty lines\n"))).toEqual(["", "", "after two empty lines"]);
});

test("the engine's own word that it breaks off is told from what the container wrote", () => {
  const whole = Buffer.concat([frame(1, "one\n"), frame(2, "two\n")]);
  expect(brokeOffIn(whole)).toBeNull();
  expect(brokeOffIn(Buffer.concat([whole, frame(3, "node n1 is not available\n")]))).toBe(
    "node n1 is not available",
  );
  expect(brokeOffIn(Buffer.from("bare text"))).toBeNull();
});
