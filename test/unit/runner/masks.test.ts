/** The bot's own secrets at the last door. */
import { expect, test } from "vitest";
import { createMasks } from "../../../src/runner/masks.ts";
import { Fault } from "../../../src/verdict/fault.ts";

const secret = 'p4ss"word/+x';
const masks = createMasks(new Map([[secret, "STORE"]]));

test("each text of a thing is told without them, and the rest as it is", () => {
  expect(masks.hideIn({ a: [`x ${secret}`, 1, null, true], [secret]: "kept" })).toEqual({
    a: ["x <redacted STORE>", 1, null, true],
    [secret]: "kept",
  });
});

test("a fault keeps who failed, and what it came from, for the log alone", () => {
  const cause = new Error("x");
  const {
    party,
    message,
    mend,
    cause: kept,
  } = masks.hideIn(new Fault("git", `at ${secret}`, `see ${secret}`, cause));
  expect({ party, message, mend, cause: kept }).toEqual({
    party: "git",
    message: "at <redacted STORE>",
    mend: "see <redacted STORE>",
    cause,
  });
});

test("what was one object in two places is one still", () => {
  const reading = { said: secret };
  const { first, last } = masks.hideIn({ first: [reading], last: { reading } });
  expect(first[0]).toEqual({ said: "<redacted STORE>" });
  expect(last.reading).toBe(first[0]);
});

test("halves of a key in two texts leave both texts whole", () => {
  const [begin, end] = ["-----BEGIN PRIVATE KEY-----", "-----END PRIVATE KEY-----"];
  expect(masks.hideIn([`${begin}\nQUJD`, `and ${end}`])).toEqual(["<redacted private key>", `and ${end}`]);
});

test.each([
  ["JSON", JSON.stringify({ a: secret }), '{"a":"<redacted STORE>"}'],
  ["JSON in JSON", JSON.stringify(JSON.stringify({ a: secret })), '"{\\"a\\":\\"<redacted STORE>\\"}"'],
  ["a URL", `?p=${encodeURIComponent(secret)}`, "?p=<redacted STORE>"],
  ["a URL in small letters", "?p=p4ss%22word%2f%2bx", "?p=<redacted STORE>"],
  ["a form", new URLSearchParams({ p: `${secret}` }).toString(), "p=<redacted STORE>"],
])("as %s writes it", (_, text, masked) => {
  expect(masks.hide(text)).toBe(masked);
});

test("a token is hidden from when it is given, alone and as git sends it", () => {
  const basic = Buffer.from("x-access-token:v1.another-token").toString("base64");
  const own = createMasks(new Map());
  expect(own.hide(`${basic} v1.another-token`)).toContain(basic);
  own.learnToken("v1.another-token");
  expect(own.hide("a v1.another-token")).toBe("a <redacted token>");
  expect(own.hide(`basic ${basic}`)).not.toContain(basic);
});
