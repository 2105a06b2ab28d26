// biome-ignore-all lint/suspicious/noTemplateCurlyInString: testme.yml's references, not JavaScript's.
import fc from "fast-check";
import { expect, test } from "vitest";
import {
  fillIn,
  type Outputs,
  referencesIn,
  wrongReferences,
} from "../../../../src/recipe/config/outputs.ts";

const sso: Outputs = {
  domain: "sso.test",
  stack: "sso_test",
  secrets: new Map([
    ["client", "s3cret"],
    ["a.b", "dotted"],
  ]),
  env: new Map([
    ["REALM", "test"],
    ["NONE", ""],
  ]),
};
const outputs = new Map([["sso", sso]]);

test.each([
  ["nothing here", "nothing here"],
  ["", ""],
  ["https://${sso.domain}/realms/${sso.env.REALM}", "https://sso.test/realms/test"],
  ["${sso.stack}_app", "sso_test_app"],
  ["${sso.secret.client}", "s3cret"],
  ["${sso.secret.a.b}", "dotted"],
  ["<${sso.env.NONE}>", "<>"],
  ["$$", "$"],
  ["$${sso.domain}", "${sso.domain}"],
  ["$$${sso.domain}", "$sso.test"],
  ["$HOME and $5", "$HOME and $5"],
  ["a$", "a$"],
])("%s becomes %s", (text, filled) => {
  expect(fillIn(text, outputs)).toEqual({ is: "filled", text: filled });
});

test("what is filled in is not looked into again", () => {
  const sly = new Map([["sso", { ...sso, domain: "$$${sso.stack}" }]]);
  expect(fillIn("${sso.domain}", sly)).toEqual({ is: "filled", text: "$$${sso.stack}" });
});

test.each([
  ["${sso.secret.other}", "`${sso.secret.other}`: sso has no such secret (it has a.b, client)"],
  ["${sso.env.OTHER}", "`${sso.env.OTHER}`: sso has no such variable (it has NONE, REALM)"],
  ["${ldap.domain}", "`${ldap.domain}`: there is no dependency of that name (there is sso)"],
])("%s lacks something", (text, reason) => {
  expect(fillIn(text, outputs)).toEqual({ is: "lacking", reason });
});

test("what it has is told, as far as anybody reads on", () => {
  const env = new Map(Array.from({ length: 14 }, (_, n) => [`V${n}`, ""] as const));
  expect(fillIn("${sso.env.OTHER} ${sso.secret.x}", new Map([["sso", { ...sso, env }]]))).toEqual({
    is: "lacking",
    reason:
      "`${sso.env.OTHER}`: sso has no such variable (it has V0, V1, V10, V11, V12, V13, V2, V3, V4, V5, V6, V7 and 2 more)",
  });
  expect(fillIn("${sso.secret.x}", new Map([["sso", { ...sso, secrets: new Map() }]]))).toEqual({
    is: "lacking",
    reason: "`${sso.secret.x}`: sso has no such secret (it has none)",
  });
});

test.each([
  ["${ldap.domain}", /no dependency of that name \(there is sso\)/],
  [
    "${DOMAIN}",
    /`\$\{DOMAIN\}` is no output of a dependency: there are .*; for the text itself write `\$\$\{DOMAIN\}`/,
  ],
  ["${sso}", /is no output/],
  ["${sso.port}", /is no output/],
  ["${sso.domain.x}", /is no output/],
  ["${sso.secret}", /is no output/],
  ["${sso.secret.}", /is no output/],
  ["${}", /is no output/],
  ["a ${sso.domain", /has no `}`/],
])("%s is wrong from the start", (text, reason) => {
  expect(wrongReferences(text, ["sso"])).toEqual([expect.stringMatching(reason)]);
});

test("each of several is told", () => {
  expect(wrongReferences("${a.domain}${b.domain}${sso.domain}", ["sso"])).toHaveLength(2);
  expect(referencesIn("$$${a.domain} ${b.x}")).toEqual(["${a.domain}", "${b.x}"]);
});

test("a text whose dollars are doubled comes out as it was", () => {
  fc.assert(
    fc.property(fc.string(), (text) => {
      expect(fillIn(text.replaceAll("$", "$$$$"), new Map())).toEqual({ is: "filled", text });
    }),
  );
});

test("what nothing is wrong with can be filled in, as far as its dependency has it", () => {
  const piece = fc.constantFrom("${sso.domain}", "${sso.stack}", "$$", "$", "{", "}", "x", "${", "${DOMAIN}");
  fc.assert(
    fc.property(fc.array(piece), (pieces) => {
      const text = pieces.join("");
      const isRight = wrongReferences(text, ["sso"]).length === 0;
      expect(fillIn(text, outputs).is).toBe(isRight ? "filled" : "lacking");
    }),
  );
});
