/** A recipe's own tests told: what failed and why, each result by its name, and the last words of those that failed. */
import type { Observation } from "../verdict/observation.ts";
import { resultsIn, type Told, testsIn } from "../verdict/own-test-rules.ts";
import type { FailedTest, TestEnd, TestFinding, TestObservation } from "../verdict/own-tests.ts";
import { bytesWords } from "./amounts.ts";
import { type Block, story } from "./budget.ts";
import { block, code, count, cut, details, table } from "./markdown.ts";
import type { Story } from "./paragraph.ts";

export const testsTitle = (finding: TestFinding): string =>
  `${failedOf(finding)} failed: ${finding.failed.map((one) => `${nameOf(one)} (${whyOf(one)})`).join("; ")}`;

const failedOf = ({ failed, of }: TestFinding): string => {
  if (failed.length < of) return `${failed.length} of ${count(of, "test")}`;
  return of === 1 ? "The only test" : `All ${of} tests`;
};

/** What a story has room for. */
const TOLD = 20;

export const testsStory = ({ failed, of }: TestFinding): Story => {
  const told = failed.slice(0, TOLD).map((one) => `${code(nameOf(one), 200)}: ${code(whyOf(one), 400)}`);
  const more = failed.length > TOLD ? `; and ${failed.length - TOLD} more` : "";
  return {
    happened: `${failed.length} of the recipe's own ${count(of, "test")} failed: ${told.join("; ")}${more}.`,
    isNot:
      "Not a failed rollout: every task runs and the app serves; it is the recipe's own tests that find fault.",
    next: `See the last words of what failed, below. The tests are what ${code("tests:")} in ${code("testme.yml")} says; they reach the app's services by their names.`,
  };
};

const nameOf = ({ test, point }: Pick<FailedTest, "test" | "point">): string =>
  point === null ? test : `${test}: ${point}`;

const whyOf = ({ point, detail, end }: FailedTest): string => {
  if (point !== null) return detail || "not ok";
  return detail === "" ? endWords(end) : `${endWords(end)}: ${detail}`;
};

const endWords = (end: TestEnd): string => {
  switch (end.is) {
    case "exited":
      return `exit code ${end.code}`;
    case "out-of-memory":
      return `killed at its limit of ${bytesWords(end.limitBytes)} of memory`;
    case "out-of-time":
      return `not over after ${secondsOf(end.afterMs)}`;
    case "unstarted":
      return `could not be started: ${end.said}`;
  }
};

const secondsOf = (ms: number): string => `${ms < 10_000 ? (ms / 1000).toFixed(1) : Math.round(ms / 1000)} s`;

const tookWords = (ms: number): string => (ms < 1_000 ? `${Math.round(ms)} ms` : secondsOf(ms));

/** Title and blocks of tests that passed. */
export const testsPassed = (seen: readonly Observation[]): { title: string; blocks: Block[] } => {
  const results = resultsIn(seen);
  const skipped = results.filter(({ status }) => status === "skip").length;
  const title = `${count(results.length - skipped, "test")} passed${skipped === 0 ? "" : `, ${skipped} skipped`}`;
  return {
    title,
    blocks: [
      story(`**${title}.** The recipe's own, each in a container beside its service.`),
      ...networkBlock(seen),
      ...tableBlock(results),
    ],
  };
};

/** What stands below the story of tests that failed. */
export const testsEvidence = (seen: readonly Observation[]): Block[] => [
  ...networkBlock(seen),
  ...tableBlock(resultsIn(seen)),
  ...lastWords(seen),
];

const NETWORKS = {
  stack: "They ran on a network that reaches only the services of this run.",
  open: `They ran on the network of their service, and reached what that reaches (${code("OWN_TESTS_NETWORK")}).`,
} as const;

const networkBlock = (seen: readonly Observation[]): Block[] => {
  const [tested] = testsIn(seen);
  return tested ? [{ name: "the network of the tests", worth: 8, texts: [NETWORKS[tested.network]] }] : [];
};

const STATUS = { pass: "passed", fail: "**failed**", skip: "skipped" } as const;
const ROWS = 100;

const tableBlock = (results: readonly Told[]): Block[] => {
  if (results.length === 0) return [];
  const red = results.filter(({ status }) => status === "fail");
  const full = rowsOf(results.slice(0, ROWS), results.length);
  return [{ name: "the table of tests", worth: 9, texts: [full, rowsOf(red.slice(0, 20), results.length)] }];
};

const rowsOf = (shown: readonly Told[], of: number): string => {
  const rows = shown.map((one, index) => [
    code(nameOf(one), 200),
    resultWords(one),
    // The time is the whole test's, so it stands once.
    shown[index - 1]?.test === one.test || one.end.is === "unstarted" ? "" : tookWords(one.ms),
  ]);
  const left = of - shown.length;
  const note = left === 0 ? "" : `\n\n${count(left, "more result")} not shown here.`;
  return table(["test", "result", "took"], rows) + note;
};

const resultWords = (one: Told): string => {
  const why = one.status === "fail" ? whyOf(one) : one.detail;
  return why === "" ? STATUS[one.status] : `${STATUS[one.status]}: ${code(why, 200)}`;
};

const LINES = [100, 30, 8] as const;
const LINE_LIMIT = 600;

const lastWords = (seen: readonly Observation[]): Block[] => {
  const red = new Set(resultsIn(seen).flatMap(({ test, status }) => (status === "fail" ? [test] : [])));
  return testsIn(seen)
    .filter(({ test, lines }) => red.has(test) && lines.length > 0)
    .map((tested): Block => {
      const [full = "", ...shorter] = LINES.map((limit) => wordsOf(tested, limit));
      return {
        name: "what the tests said",
        worth: 6,
        texts: [full, ...shorter.filter((text) => text !== full)],
      };
    });
};

const wordsOf = ({ test, lines }: TestObservation, limit: number): string => {
  const shown = lines.slice(-limit).map((line) => cut(line.replaceAll(/\r?\n/g, " "), LINE_LIMIT));
  const older = lines.length - shown.length;
  const said = older > 0 ? `, without the ${count(older, "line")} before them` : "";
  return details(`${htmlOf(test)}: its last ${count(shown.length, "line")}${said}`, block(shown.join("\n")));
};

/** A name in a summary of GitHub's HTML. */
const htmlOf = (name: string): string => cut(name, 100).replaceAll(/[^\w .,:;()/-]/g, "_");
