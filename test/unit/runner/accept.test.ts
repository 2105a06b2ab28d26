/** Which open runs a cancel or a closing ends, by when each was asked for. */
import { expect, test } from "vitest";
import { readBotConfig } from "../../../src/config.ts";
import { answerTo } from "../../../src/runner/accept.ts";
import { STAGES } from "../../../src/stages/stage.ts";
import type { Delivery, OpenRun } from "../../../src/store/store.ts";
import { run } from "../report/results.ts";

const repository = { owner: "coop", repo: "wiki", installation: 7 };
const open = (id: string, askedAt: string): OpenRun => ({
  run: {
    ...run,
    id,
    source: {
      is: "pull-request",
      ...repository,
      number: 1,
      cloneUrl: "https://github.example/coop/wiki.git",
      targetBranch: "main",
      askedBy: "maya",
    },
  },
  askedAt,
  begun: 0,
  isWorking: false,
  cancelledBy: null,
});
const { may, gitHubWaitMs } = readBotConfig({
  APP_ID: "1",
  PRIVATE_KEY: "PRIVATE KEY",
  WEBHOOK_SECRET: "a secret of tests",
});
const unasked = (): never => {
  throw new Error("nobody was to be asked that");
};
const answer = (intake: Delivery["intake"], askedAt: string, runs: readonly OpenRun[]) =>
  answerTo(
    {
      github: {
        permission: async () => "write",
        isMember: unasked,
        pullRequest: unasked,
        file: unasked,
        isPassing: () => false,
        retryAfterMs: () => null,
      },
      store: { openRuns: async () => runs, runsAt: unasked, pushes: unasked, isApproved: unasked },
      newId: unasked,
      now: () => new Date("2026-01-05T18:00:00Z"),
      may,
      gitHubWaitMs,
      onUnsaid: unasked,
      stages: STAGES,
      supersedeWorking: false,
    },
    { guid: "g1", once: "g1", receivedAt: "2026-01-05T18:00:00.000Z", askedAt, intake },
  );
const cancel: Delivery["intake"] = {
  is: "comment",
  repository,
  pull: 1,
  commentId: 5,
  login: "maya",
  body: "!testme cancel",
};

test("a cancel ends what was asked for before it was said, also within its second, and nothing that came since", async () => {
  const runs = [
    open("before", "2026-01-05T11:59:59Z"),
    open("same", "2026-01-05T12:00:00Z"),
    // The button's press has our clock, which knows parts of seconds.
    open("pressed", "2026-01-05T12:00:00.999Z"),
    open("since", "2026-01-05T12:00:01Z"),
    open("elsewhere", "2026-01-05T13:59:59+02:00"),
  ];
  const { cancels, messages } = await answer(cancel, "2026-01-05T12:00:00Z", runs);
  expect(cancels.map(({ runId }) => runId)).toEqual(["before", "same", "pressed", "elsewhere"]);
  expect(messages).toMatchObject([{ is: "reaction", commentId: 5 }]);
});

test("a cancel that came too late for all of them says so, and ends nothing", async () => {
  const late = await answer(cancel, "2026-01-05T12:00:00Z", [open("since", "2026-01-05T12:00:01Z")]);
  expect(late).toMatchObject({ run: null, cancels: [] });
  expect(late.messages).toMatchObject([{ body: expect.stringContaining("was asked for later") }]);
  const idle = await answer(cancel, "2026-01-05T12:00:00Z", []);
  expect(idle.messages).toMatchObject([{ body: "Nothing is queued or at work on this pull request." }]);
});

test("a closing that is told late ends no run that was asked for after the pull request was open again", async () => {
  const runs = [open("before", "2026-01-05T11:00:00Z"), open("since", "2026-01-05T13:00:00Z")];
  const { cancels } = await answer({ is: "closed", repository, pull: 1 }, "2026-01-05T12:00:00Z", runs);
  expect(cancels).toEqual([{ runId: "before", by: "the pull request was closed" }]);
});

test("a command and a whole suite's Re-run take the stages of the settings, and the Re-run of one check that one", async () => {
  const stagesOf = async (intake: Delivery["intake"]) => {
    const pull = {
      isOpen: true,
      author: "maya",
      isFork: false,
      head: run.head,
      cloneUrl: "https://github.example/coop/wiki.git",
      targetBranch: "main",
    };
    const ports = {
      github: {
        permission: async () => "write" as const,
        isMember: unasked,
        pullRequest: async () => pull,
        file: unasked,
        isPassing: () => false,
        retryAfterMs: () => null,
      },
      store: {
        openRuns: async () => [],
        runsAt: async () => [open("before", "2026-01-05T12:00:00Z").run],
        pushes: async () => [],
        isApproved: unasked,
      },
      may,
      gitHubWaitMs,
      onUnsaid: unasked,
      newId: () => "r1",
      now: () => new Date("2026-01-05T12:00:00Z"),
      stages: ["install", "lint"] as const,
      supersedeWorking: false,
    };
    const at = "2026-01-05T12:00:00Z";
    return (await answerTo(ports, { guid: "g1", once: "g1", receivedAt: at, askedAt: at, intake })).run
      ?.stages;
  };
  const asked = { repository, pull: 1, login: "maya", head: run.head };
  expect(await stagesOf({ ...cancel, body: "!testme" })).toEqual(["install", "lint"]);
  expect(await stagesOf({ ...asked, is: "suite-rerequest" })).toEqual(["install", "lint"]);
  const elsewhere = { ...repository, repo: "blog" };
  expect(await stagesOf({ ...asked, repository: elsewhere, is: "suite-rerequest" })).toBeUndefined();
  expect(await stagesOf({ ...asked, is: "rerequest", stage: null })).toEqual(["install", "lint"]);
  expect(await stagesOf({ ...asked, is: "rerequest", stage: "backup" })).toEqual(["backup"]);
});

test("the Cancel button ends its run, and none of another repository", async () => {
  const runs = [open("r1", "2026-01-05T11:00:00Z")];
  const pressed = { is: "cancel-pressed", repository, pull: 1, runId: "r1", login: "maya" } as const;
  const at = "2026-01-05T12:00:00Z";
  const { cancels, decisions } = await answer(pressed, at, runs);
  expect(cancels).toEqual([{ runId: "r1", by: "cancelled by maya" }]);
  expect(decisions).toMatchObject([{ what: "cancel", commit: run.head, runId: "r1", outcome: "allowed" }]);
  const elsewhere = { ...pressed, repository: { ...repository, repo: "blog" } };
  expect((await answer(elsewhere, at, runs)).cancels).toEqual([]);
});
