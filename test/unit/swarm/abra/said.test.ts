import { expect, test } from "vitest";
import { givenUp, plain } from "../../../../src/swarm/abra/said.ts";

const fata = "\u001b[1;38;5;134mFATA\u001b[0m";

test.each([
  ["the line alone", `${fata} secret not generated: db_password\n`, "secret not generated: db_password"],
  ["behind an overview", `┏━ OVERVIEW\r\n┃ a ┃\r\n${fata} no\n`, "no"],
  [
    "with what belongs to it",
    `${fata} compose.yml:\n  services.app: no\n`,
    "compose.yml:\n  services.app: no",
  ],
  ["nowhere", "INFO a FATA b\n", null],
])("why abra gave up is what stands behind FATA: %s", (_, printed, why) => {
  expect(givenUp(printed)).toBe(why);
});

test("what it prints is told without colours, and with plain line ends", () => {
  expect(plain("\u001b[1mINFO\u001b[0m one\r\r\n\u001b]0;title\u0007two\r\n\n")).toBe("INFO one\ntwo");
});
