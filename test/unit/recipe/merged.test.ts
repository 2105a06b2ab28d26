// biome-ignore-all lint/suspicious/noTemplateCurlyInString: compose's interpolation, not JavaScript's.
import { expect, it } from "vitest";
import { asComposeFile, limitsPids } from "../../../src/recipe/merged.ts";

it.each([
  ["3.8", "3.9"],
  ["3", "3.9"],
  ["3.9", "3.9"],
  ["3.12", "3.12"],
])("a stack of version %s is one of %s, which knows limits of processes", (written, version) => {
  const merged = asComposeFile(`version: "${written}"\nservices: {}\n`);
  expect(merged.version).toBe(version);
  expect(merged.text).toContain(`version: "${version}"`);
});

it("values that docker has filled in are not filled in again, and keys never were", () => {
  const printed =
    'version: "3.8"\nservices:\n  app:\n    labels:\n      a$b: c${D} $$\n    command:\n      - echo $HOME\n';
  expect(asComposeFile(printed).text).toBe(
    'version: "3.9"\nservices:\n  app:\n    labels:\n      a$b: c$${D} $$$$\n    command:\n      - echo $$HOME\n',
  );
});

it("whatever else docker printed stays as it stands there", () => {
  const printed = `version: "3.9"
services:
  app:
    environment:
      EMPTY: ""
      NUMBER: "012"
      UNSET: null
      LONG: ${"word ".repeat(60)}end
    image: "y"
`;
  expect(asComposeFile(printed).text).toBe(printed);
});

it.each([
  ["3.8", false],
  ["3", false],
  ["3.9", true],
  ["3.13", true],
  [null, true],
])("a file of version %s may limit processes: %s", (version, may) => expect(limitsPids(version)).toBe(may));
