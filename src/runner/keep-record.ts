/**
 * What is kept of a run that is over: its evidence, its results, and its head where that is green now. Each for itself, and nothing
 * of it changes what the run ended in: a record that cannot be made or kept is logged.
 */
import { evidenceFile } from "../report/evidence.ts";
import { leaksIn } from "../report/leaks.ts";
import { resultsFile } from "../report/results.ts";
import { greenOf } from "../run/green.ts";
import type { Run } from "../run/run.ts";
import type { StageResult } from "../run/stage-result.ts";
import type { Store } from "../store/store.ts";

type Ports = {
  store: Pick<Store, "saveEvidence" | "saveResults" | "saveGreen">;
  deployer: string;
  log: (run: Run, error: unknown) => void;
};
/** What the stages' ends do not tell: deployments that were planned, whether anything is left, and the secrets that were made. */
export type Aside = { planned: number; isClean: boolean; secrets: readonly string[] };

/** Returns the evidence file's path; null where there is none. */
export const keepRecord = async (
  { store, deployer, log }: Ports,
  run: Run,
  ended: readonly StageResult[],
  { secrets, ...aside }: Aside,
): Promise<string | null> => {
  if (ended.length === 0) return null;
  const quietly = <T>(keep: () => Promise<T>): Promise<T | null> =>
    keep().catch((error: unknown) => {
      log(run, error);
      return null;
    });
  const evidence = await quietly(async () => {
    const file = evidenceFile(run, deployer, ended);
    return { text: JSON.stringify(file), path: await store.saveEvidence(run.id, file) };
  });
  await quietly(async () => {
    const told = (isLeaking: boolean) => resultsFile(run, ended, { deployer, ...aside, isLeaking });
    const texts = { "its evidence": evidence?.text ?? "", "its results": JSON.stringify(told(false)) };
    const leaks = leaksIn(texts, secrets);
    if (leaks.length > 0)
      log(run, new Error(`a secret that the run made stands in ${leaks.join(" and in ")}`));
    await store.saveResults(run.id, told(leaks.length > 0));
  });
  await quietly(async () => {
    const green = greenOf(run, ended);
    if (green) await store.saveGreen(green);
  });
  return evidence?.path ?? null;
};
