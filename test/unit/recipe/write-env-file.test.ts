/** What is written is read back to the letter: by our own reader, which is held to the format by tests of its own. */
import fc from "fast-check";
import { expect, it } from "vitest";
import { parseEnvFile } from "../../../src/recipe/env-file.ts";
import { steersHost } from "../../../src/recipe/variable.ts";
import { envFileOf } from "../../../src/recipe/write-env-file.ts";

it.each([
  ["", "K="],
  ["compose.yml:compose.postgres.yml", "K=compose.yml:compose.postgres.yml"],
  ["a b", "K='a b'"],
  ["', `www.example.com`'", `K="', \`www.example.com\`'"`],
  [", `www.example.com`", "K=', `www.example.com`'"],
  ["$HOME # none", "K='$HOME # none'"],
  ["it's $5\\", String.raw`K="it's \$5\\"`],
  ["one\r\ntwo", String.raw`K="one\r\ntwo"`],
  ['{"a":1}', `K='{"a":1}'`],
])("%j", (value, line) => {
  expect(envFileOf(new Map([["K", value]]))).toBe(`${line}\n`);
});

it("says the same to who reads it, whatever the values are", () => {
  const name = fc.stringMatching(/^[A-Za-z_][A-Za-z0-9_]{0,9}$/).filter((n) => !steersHost(n));
  const odd = fc.string({
    unit: fc.constantFrom("'", '"', "\\", "$", "{", "}", "#", " ", "\n", "\r", "a", "A", "\t", "é"),
  });
  const text = fc.oneof(
    odd,
    fc.string({ unit: "binary" }).map((s) => s.replaceAll("\0", "")),
  );
  fc.assert(
    fc.property(fc.uniqueArray(fc.tuple(name, text), { selector: ([n]) => n }), (entries) => {
      const values = new Map(entries);
      const read = parseEnvFile(envFileOf(values));
      expect(read.complaints).toEqual([]);
      expect(read.values).toEqual(values);
    }),
    { numRuns: 2_000 },
  );
});
