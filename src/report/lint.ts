/**
 * Conventions told: which the recipe keeps, and of those that it breaks where and what to write instead. Nothing here is red: what is
 * broken is said beside the verdict. A remark is made of our own words and of the recipe's between backticks; whatever of it
 * is not plainly ours is shown as code.
 */
import type { LintRemark } from "../recipe/lint/remark.ts";
import type { LintReport, LintResult } from "../recipe/lint/rule.ts";
import { type Block, story } from "./budget.ts";
import { code, count, oneLine, table } from "./markdown.ts";
import type { Remark } from "./remark.ts";

/** On one line, for the title of a check. */
export const lintTitle = (report: LintReport): string => {
  const [all, broken] = [applicable(report), brokenIn(report)];
  return broken.length === 0
    ? `Lint: all ${count(all.length, "rule")} kept`
    : oneLine(
        `Lint: ${broken.length} of ${count(all.length, "rule")} broken: ${broken.map(({ rule }) => rule).join(", ")}`,
      );
};

/** The story, a table of all rules, and the remarks rule by rule. */
export const lintBlocks = (report: LintReport): Block[] => [
  story(storyOf(report)),
  { name: "the table of rules", worth: 5, texts: [rulesTable(report)] },
  ...brokenIn(report).map((result) => ({
    name: `the remarks of ${result.rule}`,
    worth: result.severity === "error" ? 9 : 7,
    texts: [remarksText(result, result.remarks.length), remarksText(result, FEW)] as const,
  })),
];

/** All of it, for a terminal or a page that has no limit. */
export const lintText = (report: LintReport): string =>
  lintBlocks(report)
    .map(({ texts: [text] }) => text)
    .join("\n\n");

/** On the pull request's own lines: a warning, since nothing fails for it. */
export const lintRemarks = (report: LintReport): Remark[] =>
  brokenIn(report).flatMap(({ rule, remarks }) =>
    remarks.map(({ file, line, message }) => ({
      at: line === null ? null : { file, line },
      level: "warning",
      title: `Lint: ${rule}`,
      message: capitalised(message),
    })),
  );

const applicable = ({ rules }: LintReport): LintResult[] =>
  rules.filter(({ status }) => status !== "not-applicable");

/** Errors first, as reports name them. */
const brokenIn = ({ rules }: LintReport): LintResult[] => {
  const broken = rules.filter(({ status }) => status === "broken");
  return [
    ...broken.filter(({ severity }) => severity === "error"),
    ...broken.filter(({ severity }) => severity === "warning"),
  ];
};

const storyOf = (report: LintReport): string => {
  const broken = brokenIn(report);
  const all = applicable(report).length;
  const errors = broken.filter(({ severity }) => severity === "error").length;
  if (broken.length === 0)
    return `**What happened.** The recipe keeps all ${count(all, "convention")} that have anything to say about it.`;
  const kinds = [
    errors && count(errors, "error"),
    broken.length - errors && count(broken.length - errors, "warning"),
  ];
  return [
    `**What happened.** Of ${count(all, "convention")} the recipe breaks ${broken.length} (${kinds.filter(Boolean).join(", ")}).  `,
    "**What it is not.** Not a failure of the app: conventions change no verdict.  ",
    "**What to do next.** See below, line by line, what to write instead.",
  ].join("\n");
};

const rulesTable = ({ rules }: LintReport): string =>
  table(
    ["", "rule", "kind", "remarks"],
    rules.map((result) => [markOf(result), code(result.rule), result.severity, remarksWords(result)]),
  );

const markOf = ({ status, severity }: LintResult): string => {
  switch (status) {
    case "kept":
      return "✅";
    case "not-applicable":
      return "—";
    case "broken":
      return severity === "error" ? "❌" : "⚠️";
  }
};

const remarksWords = ({ status, remarks }: LintResult): string =>
  status === "not-applicable" ? "nothing to say here" : remarks.length === 0 ? "" : String(remarks.length);

/** So many remarks stay where a report is too long. */
const FEW = 3;

const remarksText = ({ rule, severity, remarks }: LintResult, most: number): string => {
  const more = remarks.length - most;
  return [
    `**${markOf({ rule, severity, remarks, status: "broken" })} ${code(rule)}**`,
    "",
    ...remarks.slice(0, most).map((remark) => `- ${code(placeOf(remark))}: ${prose(remark.message)}`),
    ...(more > 0 ? [`- and ${more} more`] : []),
  ].join("\n");
};

const placeOf = ({ file, line }: LintRemark): string => (line === null ? file : `${file}:${line}`);

const capitalised = (message: string): string => message.charAt(0).toUpperCase() + message.slice(1);

/** Every other piece between backticks is the recipe's. */
const prose = (message: string): string =>
  oneLine(message)
    .split("`")
    .map((piece, index) => (index % 2 === 1 || !isPlain(piece) ? code(piece) : piece))
    .join("");

/** Nothing in it that GitHub would make anything of. */
const isPlain = (text: string): boolean =>
  /^[A-Za-z0-9 ,;:().?='’-]*$/.test(text) && !/\b(https?:|www\.)/i.test(text);
