/** Which head a person can have seen when they wrote. */
import { expect, test } from "vitest";
import { unseenHead } from "../../../src/command/seen.ts";

const at = (second: number) => `2026-01-05T12:00:${String(second).padStart(2, "0")}Z`;
const opened = { head: "A", at: null, by: "eve" };
const push = (head: string, second: number, by = "eve") => ({ head, at: at(second), by });

test.each([
  ["nothing is on record", "A", [], null],
  ["it was opened with it", "A", [opened], null],
  ["it was pushed a second before", "B", [opened, push("B", 29)], null],
  ["it was pushed within the second", "B", [opened, push("B", 30)], { seen: "A" }],
  ["they pushed it themselves within the second", "B", [opened, push("B", 30, "maya")], null],
  ["they pushed it themselves, later", "B", [opened, push("B", 31, "maya")], { seen: "A" }],
  ["it was pushed later", "C", [opened, push("B", 10), push("C", 31)], { seen: "B" }],
  ["of its push nobody has told", "C", [opened, push("B", 10)], { seen: "B" }],
  ["GitHub names one that was old by then", "A", [opened, push("B", 10)], { seen: "B" }],
  ["all that is on record is a later push", "B", [push("B", 31)], { seen: null }],
] as const)("%s", (_, head, pushes, unseen) => {
  expect(unseenHead<string>(head, { login: "maya", at: at(30) }, pushes)).toEqual(unseen);
});
