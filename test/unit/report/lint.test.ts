// A lint report as people read it: on the check's page, in its title, and on the lines of the pull request.
import { describe, expect, it } from "vitest";
import { lint } from "../../../src/recipe/lint/lint.ts";
import type { LintReport, LintResult } from "../../../src/recipe/lint/rule.ts";
import { fitted } from "../../../src/report/budget.ts";
import { lintBlocks, lintRemarks, lintText, lintTitle } from "../../../src/report/lint.ts";
import { bytesOf } from "../../../src/report/markdown.ts";
import { clean, dirty, subjectOf } from "../recipe/lint/recipes.ts";
import { outsideCode } from "./outside-code.ts";

const reportOf = (...rules: Partial<LintResult>[]): LintReport => ({
  rules: rules.map((rule) => ({ rule: "a-rule", status: "kept", severity: "error", remarks: [], ...rule })),
});
const remark = (message: string, line: number | null = 1) => ({ file: "compose.yml", line, message });
const kept = lint(subjectOf(clean));
const broken = lint(subjectOf(dirty, [{ name: "1.2.0+2.5", isAnnotated: false }]));

describe("the page", () => {
  it.each([
    ["lint-kept", kept],
    ["lint-broken", broken],
  ])("%s", async (name, report) => {
    const page = `${lintTitle(report)}\n\n${lintText(report)}\n`;
    await expect(page).toMatchFileSnapshot(`../../fixtures/golden/${name}.md`);
  });

  it("fits: remarks are shortened first, and then left out by name", () => {
    const long = reportOf(
      ...["one", "two"].map((rule) => ({
        rule,
        status: "broken" as const,
        remarks: Array.from({ length: 50 }, (_, at) => remark(`wrong in its own way ${at}`)),
      })),
    );
    const [short, shorter] = [3_000, 700].map((limit) => fitted(lintBlocks(long), "foot", limit));
    expect(bytesOf(short ?? "")).toBeLessThanOrEqual(3_000);
    expect(short).toContain("and 47 more");
    expect(bytesOf(shorter ?? "")).toBeLessThanOrEqual(700);
    expect(shorter).toContain("the recipe breaks 2");
  });
});

describe("the title", () => {
  it("names what is broken, errors first, out of what has anything to say", () => {
    const report = reportOf(
      { rule: "advice", status: "broken", severity: "warning", remarks: [remark("x")] },
      { rule: "demand", status: "broken", remarks: [remark("x")] },
      { rule: "silent", status: "not-applicable" },
      { rule: "good" },
    );
    expect(lintTitle(report)).toBe("Lint: 2 of 3 rules broken: demand, advice");
    expect(lintTitle(reportOf({}, {}))).toBe("Lint: all 2 rules kept");
  });
});

describe("on the lines", () => {
  it("stands each remark that has one, as a warning", () => {
    const report = reportOf({
      rule: "image-tagged",
      status: "broken",
      remarks: [remark("the image `nginx` has no tag", 4), remark("no line at all", null)],
    });
    expect(lintRemarks(report)).toEqual([
      {
        at: { file: "compose.yml", line: 4 },
        level: "warning",
        title: "Lint: image-tagged",
        message: "The image `nginx` has no tag",
      },
      { at: null, level: "warning", title: "Lint: image-tagged", message: "No line at all" },
    ]);
  });

  it("nothing stands where all is kept", () => {
    expect(lintRemarks(kept)).toEqual([]);
  });
});

describe("text from the recipe", () => {
  const attack = "@everyone <img src=x> [x](//evil) **bold** | a\n# title www.evil.example";
  const report = reportOf({
    rule: "image-tagged",
    status: "broken",
    remarks: [
      { file: `a\`${attack}`, line: 1, message: `the tag \`${attack}\` moves` },
      // As a careless rule would put it.
      remark(`the tag ${attack} moves, and \`${attack}\`\` does too`),
    ],
  });

  it("is code, and never GitHub's to interpret", () => {
    const prose = outsideCode(lintText(report));
    for (const piece of ["@everyone", "<img", "](", "www.", "**bold**", "# title"])
      expect(prose).not.toContain(piece);
  });

  it("leaves our own sentences as they are", () => {
    const said = lintText(
      reportOf({ status: "broken", remarks: [remark("the tag `a` of `b` moves: write (it), it's `1.2`")] }),
    );
    expect(said).toContain("- `compose.yml:1`: the tag `a` of `b` moves: write (it), it's `1.2`");
  });
});

it("no rule says anything that is not plainly ours or between backticks", () => {
  for (const { remarks } of broken.rules)
    for (const { message } of remarks) expect(message.split("`").length % 2).toBe(1);
});
