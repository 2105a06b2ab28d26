/**
 * The mutants, and one good control that shows that the check can also say yes. Each was chosen because a checker that is
 * less careful gives it another name, or none.
 */
import { Commit } from "../recipe/commit.ts";
import type { Mutant } from "./mutant.ts";
import { STAYS } from "./recipe.ts";
import { cutEvents, forgeLabel, keepOldDeath, pinImage, rollBackByHand, stampAnother } from "./wraps.ts";

const base = { isBase: true, expected: "pass" } as const;
const EXITS_3 = "sleep 1; exit 3";
/** Swarm's watch over what fails ends with the failure: on a busy host it may be long in coming. */
const watched = { monitorS: 60 };
const ROLLED_BACK = "rolled-back by Swarm: exited 3";
/** Doubles a text until the kernel ends it. */
const EATS = "x=a; while :; do x=$x$x; done";
const NOWHERE = "testme.invalid/selfcheck:next";

export const MUTANTS: readonly Mutant[] = [
  {
    name: "good control",
    caused: "nothing is wrong",
    before: [base],
    last: { does: `true; ${STAYS}`, monitorS: 1 },
    expected: "pass",
  },
  {
    name: "wrong stamp",
    caused: "the deployer stamps another commit",
    before: [base],
    last: {},
    expected: "stamp-mismatch: never-applied",
    wrap: stampAnother(Commit.parse("f".repeat(40))),
  },
  {
    name: "wrong image",
    caused: "the right stamp on the old image",
    before: [base],
    last: { image: NOWHERE },
    expected: "wrong-image",
    wrap: pinImage,
  },
  {
    name: "forged label",
    caused: "the head's label is written back after a rollback",
    before: [base],
    last: { ...watched, does: EXITS_3 },
    expected: ROLLED_BACK,
    wrap: forgeLabel,
  },
  {
    name: "injected rollback",
    caused: "a person rolls a good update back",
    before: [base],
    last: { monitorS: 20 },
    expected: "rolled-back by a person",
    wrap: rollBackByHand,
  },
  {
    name: "paused",
    caused: "the task exits 3 under failure_action pause",
    before: [base],
    last: { ...watched, does: EXITS_3, failureAction: "pause" },
    expected: "update-paused: exited 3",
  },
  {
    name: "stale task history",
    caused: "the task exits 3, an older one was killed for want of memory",
    before: [
      { ...base, restarts: false },
      {
        ...watched,
        does: `sleep 0.5; ${EATS}`,
        memoryLimit: "16M",
        restarts: false,
        expected: "rolled-back by Swarm: out-of-memory",
      },
    ],
    last: { ...watched, does: EXITS_3, restarts: false },
    expected: ROLLED_BACK,
    wrap: keepOldDeath,
  },
  {
    name: "dropped event stream",
    caused: "events are cut as the update begins, and never come back",
    before: [base],
    last: { ...watched, does: EXITS_3 },
    expected: `${ROLLED_BACK}, events missed`,
    wrap: cutEvents,
  },
];
