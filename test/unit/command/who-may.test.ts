import { describe, expect, it } from "vitest";
import { parseCommand } from "../../../src/command/parse-command.ts";
import {
  type Clause,
  isBot,
  isPermitted,
  mayOf,
  parseRule,
  sorry,
  unsaid,
} from "../../../src/command/who-may.ts";

const write: Clause = { is: "permission", least: "write" };
const team: Clause = { is: "team", org: "coop-cloud", slug: "testers" };

describe("a rule", () => {
  it.each([
    ["write", [write]],
    [" admin ", [{ is: "permission", least: "admin" }]],
    ["write, @coop-cloud/testers", [write, team]],
    ["nobody", []],
    // Everybody may read a public repository.
    ["read", null],
    ["", null],
    ["write,", null],
    ["@coop-cloud", null],
    ["coop-cloud/testers", null],
    ["@coop-cloud/testers/more", null],
    ["everybody", null],
  ])("%j", (text, rule) => expect(parseRule(text)).toEqual(rule));
});

describe("whether somebody may", () => {
  it.each([
    ["admin", "write", true],
    ["write", "write", true],
    ["read", "write", false],
    ["none", "write", false],
    ["admin", "admin", true],
    ["write", "admin", false],
  ] as const)("%s permission where %s is asked for: %j", (has, least, is) =>
    expect(isPermitted(has, least)).toBe(is),
  );

  it("is told by the clause that is met, whatever GitHub did not say of another", () => {
    const said = [
      { clause: write, is: "unknown" },
      { clause: team, is: "yes" },
    ] as const;
    expect(mayOf(said)).toEqual({ is: "allowed", because: "team coop-cloud/testers" });
  });

  it("is unknown where no clause is met and one was not answered", () => {
    const said = [
      { clause: write, is: "no" },
      { clause: team, is: "unknown" },
    ] as const;
    expect(mayOf(said)).toEqual({ is: "unknown", because: "GitHub did not say: team coop-cloud/testers" });
  });

  it("is no where every clause was denied, and where there is none", () => {
    expect(mayOf([{ clause: write, is: "no" }])).toEqual({
      is: "refused",
      because: "has none of: write permission",
    });
    expect(mayOf([])).toEqual({ is: "refused", because: "nobody may" });
  });
});

it("what somebody is told names who may, calls nobody, and is no command", () => {
  const said = [
    sorry("run", [write], "ann"),
    sorry("cancel", [write, team], "ann"),
    sorry("approve", [], "ann"),
    unsaid("retry", mayOf([{ clause: team, is: "unknown" }]), "ann"),
  ];
  expect(said).toMatchInlineSnapshot(`
    [
      "Sorry @ann, only people with write access to this repository can start a test run: please ask one of them to comment \`!testme\` here.",
      "Sorry @ann, only people with write access to this repository or members of the team \`coop-cloud/testers\` can end a test run: please ask one of them to comment \`!testme cancel\` here.",
      "Sorry @ann, nobody can approve a stranger's commit here: the settings of this bot say so.",
      "I could not find out whether @ann may take a stage again, so I did nothing. That is no "no": GitHub did not say: team coop-cloud/testers. Please comment \`!testme\` again later; if it stays so, whoever runs this bot finds more in its log.",
    ]
  `);
  for (const words of said) expect(parseCommand(words)).toEqual({ is: "none" });
});

it.each([
  [{ login: "renovate[bot]", type: "User" }, true],
  [{ login: "ci", type: "Bot" }, true],
  [{ login: "robot", type: "User" }, false],
])("isBot %j", (sender, is) => {
  expect(isBot(sender)).toBe(is);
});
