/** A secret that stands in a text is found, in each way in which it usually gets there. */
import fc from "fast-check";
import { expect, test } from "vitest";
import { leaksIn } from "../../../src/report/leaks.ts";

const base64 = (text: string) => Buffer.from(text).toString("base64");
const secret = "kXv9-q2Lm8";

test.each([
  ["as it is", `postgres://app:${secret}@db`],
  ["in base64", base64(secret)],
  ["in base64 behind a name", base64(`app:${secret}`)],
  ["in base64 in the midst of something", base64(`{"user":"ab","password":"${secret}"}`)],
])("%s", (_, text) => {
  expect(leaksIn({ evidence: `before ${text} after`, results: "nothing" }, ["another1", secret])).toEqual([
    "evidence",
  ]);
});

test("as JSON writes it", () => {
  const quoted = 'a"b\\c\u00e9d\te';
  expect(leaksIn({ evidence: JSON.stringify({ said: `x${quoted}y` }) }, [quoted])).toEqual(["evidence"]);
});

test("what is too short to mean anything is not looked for, and neither is what nobody made", () => {
  expect(leaksIn({ evidence: "a short 1234567" }, ["1234567", ""])).toEqual([]);
  expect(leaksIn({ evidence: "anything" }, [])).toEqual([]);
});

test("wherever it stands when it is encoded", () => {
  const around = fc.string({ unit: "binary", maxLength: 9 });
  fc.assert(
    fc.property(around, fc.string({ unit: "binary", minLength: 8, maxLength: 40 }), around, (a, value, z) => {
      fc.pre(value.isWellFormed() && a.isWellFormed() && z.isWellFormed());
      expect(leaksIn({ it: base64(a + value + z) }, [value])).toEqual(["it"]);
    }),
  );
});
