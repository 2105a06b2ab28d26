import { describe, expect, it } from "vitest";
import { isBot, mayRun } from "../../../src/command/may-run.ts";
import { parseCommand } from "../../../src/command/parse-command.ts";

describe("a run", () => {
  it.each(["admin", "write"] as const)("may be started with %s permission", (permission) => {
    expect(mayRun(permission, "ann")).toEqual({ is: "yes" });
  });

  it.each(["read", "none"] as const)("may not be started with %s permission", (permission) => {
    const answer = mayRun(permission, "ann");
    expect(answer).toMatchInlineSnapshot(`
      {
        "is": "refusal",
        "say": "Sorry @ann, only people with write access to this repository can start a test run: please ask one of them to comment \`!testme\` here.",
      }
    `);
    expect(answer.is === "refusal" && parseCommand(answer.say)).toEqual({ is: "none" });
  });
});

it.each([
  [{ login: "renovate[bot]", type: "User" }, true],
  [{ login: "ci", type: "Bot" }, true],
  [{ login: "robot", type: "User" }, false],
])("isBot %j", (sender, is) => {
  expect(isBot(sender)).toBe(is);
});
