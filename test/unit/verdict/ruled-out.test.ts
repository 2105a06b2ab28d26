// What else could have looked the same: excluded only by what is on record, and not known where the record is silent.
import { describe, expect, it } from "vitest";
import type { Observation } from "../../../src/verdict/observation.ts";
import { rolloutsIn } from "../../../src/verdict/rollout.ts";
import { type RuledOut, ruledOut } from "../../../src/verdict/ruled-out.ts";
import {
  at,
  base,
  fullName,
  head,
  type Look,
  newStamp,
  oldStamp,
  type Story,
  service,
  update,
} from "../../support/builders.ts";
import * as told from "./stories.ts";

const DOMAIN = "disc-3f9a1c.ci.example.org";
const checkedOut = (facts: { got?: typeof head; isDirty?: boolean } = {}): Observation => ({
  is: "checked-out",
  at: at(-2),
  wanted: head,
  got: facts.got ?? head,
  isDirty: facts.isDirty ?? false,
});
const locked = (by: string, appDomain = DOMAIN): Observation => ({ is: "locked", at: at(-3), appDomain, by });

const answer = (what: RuledOut["what"], of: Story, earlier: readonly Observation[] = []): RuledOut["is"] => {
  const observations = [...earlier, ...of.observations];
  const [rollout] = rolloutsIn(observations);
  if (!rollout) throw new Error("the story has no rollout");
  return ruledOut(observations, rollout).find((r) => r.what === what)?.is ?? "not-known";
};
type Row = [name: string, is: RuledOut["is"], of: Story, earlier?: readonly Observation[]];
const rows = (what: RuledOut["what"], table: readonly Row[]) =>
  it.each(table)("%s: %s", (_name, is, of, earlier) => expect(answer(what, of, earlier)).toBe(is));

const written = () => told.exitCode().event("update", { type: "service" });

describe("a wrong checkout", () => {
  rows("checkout", [
    ["git HEAD is the pinned head, and the tree is clean", "ruled-out", told.exitCode(), [checkedOut()]],
    ["the tree held more", "not-ruled-out", told.exitCode(), [checkedOut({ isDirty: true })]],
    ["another commit", "not-ruled-out", told.exitCode(), [checkedOut({ got: base })]],
    [
      "the base was right, the head after it was not",
      "not-ruled-out",
      told.exitCode(),
      [checkedOut(), checkedOut({ got: base })],
    ],
    ["no note", "not-known", told.exitCode()],
    ["a checkout after the deploy says nothing of it", "not-known", told.exitCode().noted(checkedOut())],
  ]);
});

describe("a second run", () => {
  rows("second-run", [
    ["one run held the lock", "ruled-out", told.exitCode(), [locked("r1"), locked("r1")]],
    ["two runs held it", "not-ruled-out", told.exitCode(), [locked("r1"), locked("r2")]],
    [
      "the lock of another domain",
      "not-known",
      told.exitCode(),
      [locked("r1", "wiki-000000.ci.example.org")],
    ],
    ["no note", "not-known", told.exitCode()],
  ]);
});

describe("a second writer", () => {
  const first = (more: (of: Story) => Story) => more(told.installed().event("create", { type: "service" }));
  const update = (of: Story) => of.event("update", { type: "service", at: at(of.observations.length) });
  rows("second-writer", [
    ["one update of the engine's, and only known changes", "ruled-out", written()],
    [
      "the same event, brought twice by a stream that reconnected",
      "ruled-out",
      written().event("update", { type: "service" }),
    ],
    ["Swarm's own steps are no writes", "ruled-out", written().serviceEvent("update", "rollback_completed")],
    [
      "of another service",
      "ruled-out",
      written().event("update", { type: "service", service: fullName("db") }),
    ],
    ["from before this deploy", "ruled-out", written().event("update", { type: "service", at: at(-1) })],
    ["a second update, which changed nothing that is seen", "not-ruled-out", update(update(told.exitCode()))],
    ["a foreign spec", "not-ruled-out", told.overwritten().event("update", { type: "service" })],
    [
      "a rollback that somebody asked for",
      "not-ruled-out",
      told.byHand().event("update", { type: "service" }),
    ],
    ["not even our own update was heard", "not-known", told.exitCode()],
    ["events were missed", "not-known", written().missed("engine events", "the stream broke")],
    ["the stack was not read for a while", "not-known", written().missed("the stack's state", "timeout")],
    ["a log that was missed hides no writer", "ruled-out", written().missed("log of container c1", "gone")],
    ["a service that nobody wrote", "ruled-out", told.neverTouched()],
    ["a first deploy", "ruled-out", first((of) => of)],
    ["a first deploy, and the allocator's write", "ruled-out", first(update)],
    ["a first deploy, and two more writes", "not-ruled-out", first((of) => update(update(of)))],
    ["a first deploy of which no event was heard", "not-known", told.installed()],
  ]);
});

describe("a deploy that changed nothing", () => {
  const same: Look = { stamp: newStamp };
  rows("no-op", [
    ["the spec changed, and tasks were made of it", "ruled-out", told.exitCode()],
    ["not seen live, but tasks were made under the stamp", "ruled-out", told.missedLive()],
    ["not seen live, and no task", "not-known", told.missedAltogether()],
    ["only labels changed, and no task had to roll", "not-ruled-out", told.labelsOnly()],
    [
      "the same spec again",
      "not-ruled-out",
      told.standing(same).saw(service("app", 11, { ...same, image: "app:1.0" })),
    ],
    ["not written at all", "not-ruled-out", told.neverTouched()],
    ["a first deploy", "ruled-out", told.installed()],
  ]);
});

const endOfOneByHand = () =>
  told.startFirst().saw(
    service("app", 18, {
      stamp: oldStamp,
      previous: { stamp: newStamp },
      update: update("rollback_completed", { started: 7, done: 10 }),
    }),
  );
describe("a rollback by hand", () => {
  rows("manual-rollback", [
    ["PreviousSpec is gone, as after Swarm's own", "ruled-out", told.exitCode()],
    ["PreviousSpec is kept", "not-ruled-out", told.byHand()],
    ["PreviousSpec is kept, and Swarm's message was missed", "not-ruled-out", endOfOneByHand()],
    ["none is on record", "ruled-out", told.stampedAs("0ddba11c")],
    [
      "none is on record, and events were missed",
      "not-known",
      told.stampedAs("0ddba11c").missed("engine events", "eof"),
    ],
    ["one from long before is nobody's concern", "ruled-out", told.afterOldTrouble("rollback_completed")],
  ]);
});
