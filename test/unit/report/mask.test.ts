/** What nothing but a secret looks like is taken out, however hostile the text around it is. */
import { expect, test } from "vitest";
import { maskShapes } from "../../../src/report/mask.ts";

const [begin, end] = ["-----BEGIN RSA PRIVATE KEY-----", "-----END RSA PRIVATE KEY-----"];
/** With a pattern that starts anew at each line or each beginning this would take longer than a test may. */
const MANY = 300_000;

test.each([
  ["lines that could be a key's, without an end", "QUJD\n".repeat(MANY), "QUJD\n".repeat(MANY)],
  ["the same with one end", `${"QUJD\n".repeat(MANY)}${end}\nrest`, "<redacted private key>\nrest"],
  [
    "beginnings without an end",
    `${begin}\n.\n`.repeat(MANY / 10),
    "<redacted private key>\n.\n".repeat(MANY / 10),
  ],
  ["an end that goes on", `-----END ${"PRIVATE KEY".repeat(MANY)}`, `-----END ${"PRIVATE KEY".repeat(MANY)}`],
])("%s", (_, text, masked) => {
  expect(maskShapes(text) === masked).toBe(true);
});

test("tokens of GitHub, those that say whose they are too", () => {
  const stateless = `ghs_123456_eyJhbGciOi.${"aB1-".repeat(20)}._x`;
  expect(maskShapes(`with ghs_${"a1".repeat(18)}, or ${stateless} it`)).toBe(
    "with <redacted token>, or <redacted token> it",
  );
});
