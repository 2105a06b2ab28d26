/** In which order deliveries get their answers, and that none goes without one. */
import { expect, test, vi } from "vitest";
import { createIntake } from "../../../src/runner/intake.ts";
import type { Answer, Delivery } from "../../../src/store/store.ts";
import { at, head } from "../../support/builders.ts";

const repository = { owner: "coop", repo: "wiki", installation: 1 };
const said = (guid: string, pull: number, repo = "wiki"): Delivery => ({
  guid,
  once: guid,
  receivedAt: at(0),
  askedAt: at(0),
  intake: {
    is: "comment",
    repository: { ...repository, repo },
    pull,
    commentId: 1,
    login: "ada",
    body: "!testme",
  },
});
const nothing: Answer = { run: null, messages: [], cancels: [], decisions: [], met: null };

/** Each answer is held until the test gives it. */
const house = () => {
  const kept: Delivery[] = [];
  const asked: string[] = [];
  const answers = new Map<string, PromiseWithResolvers<Answer>>();
  const answered: string[] = [];
  const errors: unknown[] = [];
  let isBroken = false;
  const intake = createIntake({
    store: {
      receive: async (delivery) => kept.push(delivery) > 0,
      unanswered: async () => kept.filter(({ guid }) => !answered.includes(guid)),
      async answer(guid) {
        if (isBroken) throw new Error("the disk is full");
        answered.push(guid);
      },
    },
    answerTo({ guid }) {
      asked.push(guid);
      const answer = Promise.withResolvers<Answer>();
      answers.set(guid, answer);
      return answer.promise;
    },
    onAnswer: () => undefined,
    log: (_, error) => void errors.push(error),
  });
  const give = (guid: string) => answers.get(guid)?.resolve(nothing);
  const refuse = (guid: string) => answers.get(guid)?.reject(new Error("GitHub refuses"));
  const isAsked = (guid: string) => vi.waitFor(() => expect(asked).toContain(guid));
  const breakStore = (is: boolean) => {
    isBroken = is;
  };
  return { intake, asked, answered, errors, give, refuse, isAsked, breakStore };
};

test("what concerns one pull request is answered in the order in which it came, and others beside it", async () => {
  const { intake, asked, answered, give, isAsked } = house();
  await intake.receive(said("testme", 1));
  await intake.receive(said("cancel", 1));
  await intake.receive(said("other pull", 2));
  await intake.receive(said("other repository", 1, "blog"));
  const suite = { is: "suite-rerequest" as const, repository, head, login: "ada" };
  await intake.receive({ ...said("suite", 1), intake: suite });
  for (const guid of ["other pull", "other repository", "suite"]) {
    await isAsked(guid);
    give(guid);
  }
  await vi.waitFor(() => expect(answered).toHaveLength(3));
  expect(asked).not.toContain("cancel");
  give("testme");
  await isAsked("cancel");
  expect(answered.at(-1)).toBe("testme");
  give("cancel");
  await intake.settled();
  expect(answered.at(-1)).toBe("cancel");
});

test("what GitHub refuses for good is answered with nothing, and the next is heard", async () => {
  const { intake, answered, errors, give, refuse, isAsked } = house();
  await intake.receive(said("testme", 1));
  await intake.receive(said("again", 1));
  await isAsked("testme");
  refuse("testme");
  await isAsked("again");
  give("again");
  await intake.settled();
  expect(answered).toEqual(["testme", "again"]);
  expect(errors).toMatchObject([{ message: "GitHub refuses" }]);
});

test("an answer that cannot be stored is found anew when the intake resumes", async () => {
  const { intake, asked, answered, errors, give, isAsked, breakStore } = house();
  await intake.receive(said("testme", 1));
  await isAsked("testme");
  breakStore(true);
  give("testme");
  await intake.settled();
  expect(errors).toMatchObject([{ message: "the disk is full" }]);
  breakStore(false);
  await intake.resume();
  await intake.resume();
  await vi.waitFor(() => expect(asked).toEqual(["testme", "testme"]));
  give("testme");
  await intake.settled();
  expect(answered).toEqual(["testme"]);
});
