/** What is kept of a run that is over, and that none of it can change what the run ended in. */
import { expect, test } from "vitest";
import type { ResultsFile } from "../../../src/report/results.ts";
import type { Green } from "../../../src/run/green.ts";
import { type Aside, keepRecord } from "../../../src/runner/keep-record.ts";
import { STAGES } from "../../../src/stages/stage.ts";
import { ended, run } from "../report/results.ts";

const whole = { ...run, stages: STAGES };
const passed = STAGES.map((stage) => ({ ...ended({ is: "pass" }), stage, observations: [] }));
const aside: Aside = { planned: 2, isClean: true, secrets: [] };

const keep = async (
  results = passed,
  more: Partial<Aside> = {},
  failing: { [what in "evidence" | "results" | "green"]?: Error } = {},
) => {
  const kept: { evidence: string[]; results: ResultsFile[]; greens: Green[] } = {
    evidence: [],
    results: [],
    greens: [],
  };
  const errors: string[] = [];
  const fail = (what: keyof typeof failing) => {
    if (failing[what]) throw failing[what];
  };
  const path = await keepRecord(
    {
      store: {
        async saveEvidence(_, evidence) {
          fail("evidence");
          kept.evidence.push(JSON.stringify(evidence));
          return "evidence.json";
        },
        async saveResults(_, results) {
          fail("results");
          kept.results.push(results);
          return "results.json";
        },
        async saveGreen(green) {
          fail("green");
          kept.greens.push(green);
        },
      },
      deployer: "docker stack deploy",
      log: (_, error) => void errors.push(String(error)),
    },
    whole,
    results,
    { ...aside, ...more },
  );
  return { path, ...kept, errors };
};

test("evidence, results and the green commit", async () => {
  const { path, evidence, results, greens, errors } = await keep();
  expect(path).toBe("evidence.json");
  expect(evidence).toHaveLength(1);
  expect(results).toMatchObject([
    { level: 5, creations: { planned: 2 }, flags: { clean_teardown: true, no_secret_leak: true } },
  ]);
  expect(greens).toMatchObject([{ head: run.head, level: 5 }]);
  expect(errors).toEqual([]);
});

test("a secret in what is told is said, and nothing is held back for it", async () => {
  const said = "cancelled by somebody who knows kXv9-q2Lm8";
  const leaking = passed.map((result) => ({ ...result, verdict: { is: "cancelled" as const, by: said } }));
  const { evidence, results, errors } = await keep(leaking, { secrets: ["another-one", "kXv9-q2Lm8"] });
  expect(evidence[0]).toContain(said);
  expect(results).toMatchObject([{ flags: { no_secret_leak: false } }]);
  expect(errors).toEqual(["Error: a secret that the run made stands in its evidence and in its results"]);
  expect(errors.join()).not.toContain("kXv9");
  expect((await keep(leaking, { secrets: ["another-one"] })).results).toMatchObject([
    { flags: { no_secret_leak: true } },
  ]);
});

test.each(["evidence", "results", "green"] as const)(
  "%s that cannot be kept is logged, and the rest is kept",
  async (what) => {
    const { path, evidence, results, greens, errors } = await keep(
      passed,
      {},
      { [what]: new Error("the disk is full") },
    );
    expect([evidence.length, results.length, greens.length]).toEqual(
      ["evidence", "results", "green"].map((one) => Number(one !== what)),
    );
    expect(path).toBe(what === "evidence" ? null : "evidence.json");
    expect(errors).toEqual(["Error: the disk is full"]);
  },
);

test("a run of which nothing is left to tell keeps nothing", async () => {
  expect(await keep([])).toEqual({ path: null, evidence: [], results: [], greens: [], errors: [] });
});
