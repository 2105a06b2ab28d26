/**
 * Deliveries, from the webhook to their answer. What comes in is stored before it is confirmed, and answered afterwards, so
 * that neither a slow GitHub nor the end of this process loses a command. The same thing said twice is one. What concerns one
 * pull request is answered in the order in which it came, so that a cancel finds the run that it is to end.
 */
import type { Answer, Delivery, Store } from "../store/store.ts";
import { KeyedMutex } from "./keyed-mutex.ts";
import { about } from "./run-context.ts";
import { NOTHING } from "./wish.ts";

export type Intake = {
  /** Resolves when it is stored; how it is answered shows on GitHub. */
  receive(delivery: Delivery): Promise<void>;
  /** Answers what another process received and did not get to. */
  resume(): Promise<void>;
  /** Resolves when nothing that was received is without its answer. */
  settled(): Promise<void>;
};

type Ports = {
  store: Pick<Store, "receive" | "unanswered" | "answer">;
  answerTo: (delivery: Delivery) => Promise<Answer>;
  /** Called once the answer is stored. */
  onAnswer: (answer: Answer) => void;
  log: (delivery: Delivery, error: unknown) => void;
};

export const createIntake = ({ store, answerTo, onAnswer, log }: Ports): Intake => {
  /** By guid. */
  const atWork = new Map<string, Promise<void>>();
  const lanes = new KeyedMutex();

  const answer = async (delivery: Delivery): Promise<void> => {
    const given = await answerTo(delivery).catch((error: unknown): Answer => {
      // What GitHub refuses for good can have no answer; asking again at the next start would not change that.
      log(delivery, error);
      return NOTHING;
    });
    // Where it cannot be stored the delivery stays without an answer, and is resumed.
    await store.answer(delivery.guid, given);
    onAnswer(given);
  };
  const begin = (delivery: Delivery): void => {
    if (atWork.has(delivery.guid)) return;
    const work = about({ delivery: delivery.guid }, () =>
      lanes
        .runExclusive(laneOf(delivery), () => answer(delivery))
        .catch((error: unknown) => log(delivery, error)),
    ).finally(() => atWork.delete(delivery.guid));
    atWork.set(delivery.guid, work);
  };

  return {
    async receive(delivery) {
      if (await store.receive(delivery)) begin(delivery);
    },
    async resume() {
      for (const delivery of await store.unanswered()) begin(delivery);
    },
    async settled() {
      while (atWork.size > 0) await Promise.all(atWork.values());
    },
  };
};

/** A suite names no pull request; it is about a commit. */
const laneOf = ({ intake }: Delivery): string => {
  const { owner, repo } = intake.repository;
  return `${owner}/${repo}#${"pull" in intake ? intake.pull : intake.head}`;
};
