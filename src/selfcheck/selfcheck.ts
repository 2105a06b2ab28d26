/** All mutants, a few at a time; each has its outcome, in the order of the list, whichever was done first. */
import { type Outcome, outcomeLine } from "../report/selfcheck.ts";
import type { Mutant } from "./mutant.ts";
import { type Ground, takeMutant } from "./take-mutant.ts";

export const selfcheck = async (
  mutants: readonly Mutant[],
  ground: Ground,
  atOnce: number,
): Promise<Outcome[]> => {
  const outcomes = new Map<Mutant, Outcome>();
  const waiting = [...mutants];
  const lane = async () => {
    for (let mutant = waiting.shift(); mutant && !ground.signal.aborted; mutant = waiting.shift()) {
      const outcome = await takeMutant(mutant, ground);
      outcomes.set(mutant, outcome);
      ground.say(outcomeLine(outcome));
    }
  };
  const lanes = await Promise.allSettled(Array.from({ length: atOnce }, lane));
  const broken = lanes.find((l) => l.status === "rejected");
  if (broken) throw broken.reason;
  return mutants.map((mutant) => outcomes.get(mutant) ?? untaken(mutant));
};

/** After an interrupt. */
const untaken = ({ name, caused, expected }: Mutant): Outcome => ({
  mutant: name,
  caused,
  expected,
  named: "not taken",
  seconds: 0,
});
