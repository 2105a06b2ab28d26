import { gzipSync } from "node:zlib";
import { expect, it } from "vitest";
import { isNothing, NOTHING_BYTES } from "../../../../src/runner/data/nothing.ts";

const hex = (text: string) => Buffer.from(text.replaceAll(" ", ""), "hex");

/** As the tools themselves wrote them, from `/dev/null` and from one `x`. */
it.each([
  ["no byte", Buffer.alloc(0)],
  ["gzip", gzipSync("")],
  ["a gzipped tar of nothing", gzipSync(Buffer.alloc(10_240))],
  ["a tar of nothing", Buffer.alloc(10_240)],
  ["bzip2", hex("425a6839 17724538 50900000 0000")],
  ["xz", hex("fd377a58 5a000004 e6d6b446 00000000 1cdf4421 1fb6f37d 01000000 0004595a")],
  ["zstd of a pipe", hex("28b52ffd 24000100 0099e9d8 51")],
  ["zstd without a checksum", hex("28b52ffd 20000100 00")],
])("nothing, by %s", (_, content) => expect(isNothing(content)).toBe(true));

it.each([
  ["a letter", Buffer.from("x")],
  ["a gzipped letter", gzipSync("x")],
  ["more gzipped zeros than a tar of nothing has", gzipSync(Buffer.alloc(NOTHING_BYTES + 1))],
  ["a gzip that is broken", Buffer.concat([hex("1f8b0800"), Buffer.from("broken")])],
  ["bzip2 of one letter", hex("425a6839314159265359774bb014000000008000402000211846 82ee48a70a120ee9760280")],
  ["zstd of one letter", hex("28b52ffd 04580900 00782311 0483")],
  ["more zeros than a tar of nothing has", Buffer.alloc(NOTHING_BYTES + 1)],
])("something: %s", (_, content) => expect(isNothing(content)).toBe(false));
