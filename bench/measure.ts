/** One trial boiled down to what is counted. A trial that could not be played to its end counts as wrong for everybody. */
import type { Observation } from "../src/verdict/observation.ts";
import { judge } from "../src/verdict/verdict.ts";
import { decidingMoment } from "./deciding-moment.ts";
import { isCliRight, isPollerRight } from "./other-judges.ts";
import type { Scenario } from "./scenario.ts";
import type { Trial } from "./trial.ts";
import type { Watched } from "./watch.ts";

export type Row = {
  scenario: Scenario;
  name: string;
  isWrong: { ours: boolean; cli: boolean; poll1s: boolean; poll5s: boolean };
  captured: { ours: boolean; poll1s: boolean; poll5s: boolean };
  /** From the moment that decided to our verdict; null where it has none. */
  delayMs: number | null;
  /** Our verdict against the end of the CLI, where both said good; negative: we were first. */
  behindCliMs: number | null;
};

export const measure = ({ scenario, result }: Trial): Row => {
  if ("error" in result)
    return {
      scenario,
      name: `error: ${result.error}`,
      isWrong: { ours: true, cli: true, poll1s: true, poll5s: true },
      captured: { ours: false, poll1s: false, poll5s: false },
      delayMs: null,
      behindCliMs: null,
    };
  const { name, cli, poll1s, poll5s, verdictAtMs } = result;
  const hasBothSaidGood = name === "good" && cli?.exitCode === 0;
  return {
    scenario,
    name,
    isWrong: {
      ours: name !== scenario.expect,
      cli: !isCliRight(scenario.expect, cli?.exitCode ?? null),
      poll1s: !isPollerRight(scenario.expect, poll1s.name),
      poll5s: !isPollerRight(scenario.expect, poll5s.name),
    },
    captured: {
      ours: haveWeCaptured(result.observations),
      poll1s: poll1s.hasCaptured,
      poll5s: poll5s.hasCaptured,
    },
    delayMs: delayOf(result),
    behindCliMs: hasBothSaidGood ? verdictAtMs - cli.endedAtMs : null,
  };
};

const delayOf = ({ observations, verdictAtMs }: Watched): number | null => {
  const until = observations.slice(
    0,
    observations.findIndex((o) => o.is === "settled"),
  );
  const judgement = judge(observations, verdictAtMs);
  const [finding = null] = judgement.is === "settled" ? judgement.findings : [];
  const decided = decidingMoment(until, finding, verdictAtMs);
  return decided && verdictAtMs - decided.atMs;
};

const haveWeCaptured = (observations: readonly Observation[]): boolean => {
  const before = observations.find((o) => o.is === "before");
  return observations.some(
    (o) =>
      o.is === "service" &&
      o.service.previous !== null &&
      o.service.version !== before?.services.find((s) => s.name === o.service.name)?.version,
  );
};
