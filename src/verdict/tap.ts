/**
 * What a test says of itself in the Test Anything Protocol: a plan, and a line for each point. Read strictly: points that were
 * planned and never came, or came and were not planned, are a failure of their own, since a test that dies half-way has passed
 * nothing. Subtests and diagnostics are indented or comments, and count for nothing but the words of a failure. Pure.
 * https://testanything.org/tap-version-14-specification.html
 */
import type { TestResult } from "./own-tests.ts";

/** Beyond that nobody reads them one by one. */
const POINTS = 500;
const NAME_LENGTH = 200;
const DETAIL_LENGTH = 400;
/** Of a point's line. */
const LINE_LENGTH = 2_000;
/** The name of what is wrong with the output as a whole. */
const WHOLE = "plan";

/** Null: it does not speak that protocol. */
export const readTap = (stdout: readonly string[]): TestResult[] | null => {
  const first = stdout.find((line) => line.trim() !== "") ?? "";
  const plans = stdout.flatMap((line) => planIn(line) ?? []);
  const points = pointsIn(stdout);
  const bail = stdout.flatMap((line) => /^Bail out!\s*(.*)$/is.exec(line)?.[1] ?? []);
  const isTap = VERSION.test(first) || (plans.length > 0 && (points.length > 0 || plans[0]?.of === 0));
  if (!isTap) return null;
  const wrong = bail.length > 0 ? `bailed out: ${bail[0]}`.trim() : misplanned(plans, points);
  const results = points.map(({ result }) => result);
  const [plan] = plans;
  if (wrong === null && plan?.of === 0) return [{ name: WHOLE, status: "skip", detail: plan.comment }];
  return [...few(results), ...(wrong === null ? [] : [failure(WHOLE, wrong)])];
};

const VERSION = /^TAP version \d+\s*$/;

type Plan = { of: number; comment: string };
const planIn = (line: string): Plan | null => {
  const [found, of, comment = ""] = /^1\.\.(\d{1,9})\s*(?:#\s*(.*))?$/s.exec(line) ?? [];
  return found === undefined ? null : { of: Number(of), comment: cut(comment.trim(), DETAIL_LENGTH) };
};

type Point = { number: number; result: TestResult };
/** To a pattern other characters end a line as well, and a point is no less a point for having one. */
const POINT = /^(not )?ok(?=\s|$)\s*(\d{1,9})?(?=\s|$)\s*(.*)$/s;

const pointsIn = (lines: readonly string[]): Point[] => {
  const points: Point[] = [];
  for (const [index, line] of lines.entries()) {
    const [found, not, number, rest = ""] = POINT.exec(line) ?? [];
    if (found === undefined) continue;
    const nth = number === undefined ? points.length + 1 : Number(number);
    points.push({ number: nth, result: resultOf(not !== undefined, nth, rest, lines, index) });
  }
  return points;
};

const resultOf = (
  isNot: boolean,
  number: number,
  rest: string,
  lines: readonly string[],
  index: number,
): TestResult => {
  const { text, directive, reason } = partsOf(rest.slice(0, LINE_LENGTH));
  const name = cut(text.replace(/^-\s*/, "").trim(), NAME_LENGTH) || `point ${number}`;
  if (directive === "todo") return { name, status: "skip", detail: `to do: ${reason}` };
  if (isNot) return failure(name, diagnosticsAfter(lines, index));
  return { name, status: directive === "skip" ? "skip" : "pass", detail: reason };
};

/** A directive stands behind the first `#` that is not escaped. */
const partsOf = (rest: string): { text: string; directive: "skip" | "todo" | null; reason: string } => {
  const [, text = rest, word, reason = ""] =
    /^(.*?)(?<!\\)\s*#\s*(skip|todo)\w*:?\s*(.*)$/is.exec(rest) ?? [];
  const directive = word === undefined ? null : word.toLowerCase() === "skip" ? "skip" : "todo";
  return {
    text: text.replaceAll(/\\([\\#])/g, "$1"),
    directive,
    reason: directive === null ? "" : cut(reason.trim(), DETAIL_LENGTH),
  };
};

/** The comments and the indented block below a point that failed. */
const diagnosticsAfter = (lines: readonly string[], index: number): string => {
  const said: string[] = [];
  for (const line of lines.slice(index + 1, index + 13)) {
    if (!/^(#|\s)/.test(line)) break;
    const words = line.replace(/^\s*#?\s*/, "").trim();
    if (words !== "" && words !== "---" && words !== "...") said.push(words);
  }
  return cut(said.join("; "), DETAIL_LENGTH);
};

const misplanned = (plans: readonly Plan[], points: readonly Point[]): string | null => {
  const [plan] = plans;
  if (!plan) return "no plan: it ended before its time";
  if (plans.length > 1) return `${plans.length} plans where there may be one`;
  const numbers = new Set(points.map(({ number }) => number));
  const isWhole =
    numbers.size === points.length && points.every(({ number }) => number >= 1 && number <= plan.of);
  if (isWhole && numbers.size === plan.of) return null;
  return `1..${plan.of} was planned, and ${points.length === 0 ? "nothing" : [...numbers].slice(0, 20).join(", ")} came`;
};

/** All failures within reason; of the others, where there are very many, their number. */
const few = (results: readonly TestResult[]): TestResult[] => {
  if (results.length <= POINTS) return [...results];
  const of = (status: TestResult["status"]) => results.filter((result) => result.status === status);
  const [failed, passed, skipped] = [of("fail"), of("pass"), of("skip")];
  return [
    ...failed.slice(0, POINTS),
    ...summed(failed.slice(POINTS), "more points failed"),
    ...summed(passed, "points passed"),
    ...summed(skipped, "points skipped"),
  ];
};

const summed = ([first, ...rest]: readonly TestResult[], words: string): TestResult[] =>
  first ? [{ name: `${rest.length + 1} ${words}`, status: first.status, detail: "" }] : [];

const failure = (name: string, detail: string): TestResult => ({ name, status: "fail", detail });
const cut = (text: string, limit: number): string =>
  text.length <= limit ? text : `${text.slice(0, limit - 1)}…`;
