// docs/lint.md is written from the rules themselves: `vitest -u` writes it anew, and this fails where it says something else.
import { expect, it } from "vitest";
import { RULES } from "../../../../src/recipe/lint/lint.ts";
import type { Rule, Severity } from "../../../../src/recipe/lint/rule.ts";

const reference = (rules: readonly Rule[]): string => `# Conventions

The lint stage holds a recipe against these rules. It reads files and tags, and nothing of what runs. What it finds is told with file and
line, and on the lines of the pull request; it changes no verdict. A recipe that breaks a rule of the first kind does not reach the
level of the lint rung; one of the second kind is advice. A rule says nothing about a recipe that has nothing of what it is about.

${section(rules, "error", "Demanded")}

${section(rules, "warning", "Advised")}
`;

const section = (rules: readonly Rule[], severity: Severity, title: string): string => {
  const own = rules.filter((rule) => rule.severity === severity);
  const rows = own.map(({ name, asks }) => `| [\`${name}\`](#${name}) | ${asks} |`);
  return [`## ${title}\n`, "| rule | asks |", "| --- | --- |", ...rows, "", ...own.map(entry)]
    .join("\n")
    .trimEnd();
};

const entry = ({ name, asks, why, instead }: Rule): string =>
  `### ${name}\n\n${asks}.\n\n**Why.** ${why}\n\n**What to write.** ${instead}\n`;

it("the reference says what the rules say", async () => {
  await expect(reference(RULES)).toMatchFileSnapshot("../../../../docs/lint.md");
});

it("each rule has a name of its own, in plain words, and says why and what to write", () => {
  const names = RULES.map(({ name }) => name);
  expect(new Set(names).size).toBe(names.length);
  for (const { name, asks, why, instead } of RULES) {
    expect(name).toMatch(/^[a-z]+(-[a-z]+)*$/);
    expect(asks).not.toMatch(/\.$/);
    expect(why).toMatch(/\.$/);
    expect(instead.length).toBeGreaterThan(20);
  }
});

it("errors come before warnings", () => {
  const severities = RULES.map(({ severity }) => severity);
  expect(severities).toEqual(severities.toSorted());
});
