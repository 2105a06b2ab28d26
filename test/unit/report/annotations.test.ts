// What stands on the pull request's own lines, for each way to fail: where, how loud, and in which words.
import { describe, expect, it } from "vitest";
import type { DeclaredService } from "../../../src/recipe/declared.ts";
import type { SourceSpan } from "../../../src/recipe/yaml-source.ts";
import { annotationsOf } from "../../../src/report/annotations.ts";
import { cut } from "../../../src/report/markdown.ts";
import { findingTitle } from "../../../src/report/words.ts";
import type { StageResult } from "../../../src/run/stage-result.ts";
import type { Death } from "../../../src/verdict/death.ts";
import type { Finding } from "../../../src/verdict/finding.ts";
import { type Rollout, rolloutsIn } from "../../../src/verdict/rollout.ts";
import { at, failed, fullName, rollsBack, type Story } from "../../support/builders.ts";
import * as told from "../verdict/stories.ts";
import { failedWith, theBase, upgraded } from "./results.ts";

const span = (line: number, more: Partial<SourceSpan> = {}): SourceSpan => ({
  file: "compose.yml",
  line,
  column: 5,
  endLine: line + 2,
  endColumn: 18,
  ...more,
});
const app: DeclaredService = {
  service: fullName("app"),
  image: span(4, { column: 12, endLine: 4 }),
  healthcheck: span(10),
  updateConfig: span(20),
  placement: span(30),
};

/** The recipe was read before the rollout; `declared` changes what it says of `app`. */
const reading = (result: StageResult, declared: Partial<DeclaredService> = {}): StageResult => {
  const note = { is: "declared", at: at(-1), services: [{ ...app, ...declared }] } as const;
  return { ...result, observations: [note, ...result.observations] };
};
/** `…` is the finding's own title, whatever its words are. */
const briefly = (result: StageResult): string[] => {
  const findings = result.verdict.is === "fail" ? result.verdict.findings : [];
  const titles = findings.map((finding) => cut(findingTitle(finding), 255));
  return annotationsOf(result).map(
    ({ path, startLine, endLine, level, title, message }) =>
      `${level} ${path}:${startLine}-${endLine} ${titles.includes(title) ? "…" : title} | ${message}`,
  );
};
const of = (story: Story, declared?: Partial<DeclaredService>): string[] =>
  briefly(reading(upgraded(story), declared));

/** A finding that is given, about the app of a story. */
type About = (rollout: Rollout, death: Death | null) => Finding;
const failedOn = (story: Story, finding: About): StageResult => {
  const [rollout] = rolloutsIn(story.observations);
  if (!rollout) throw new Error("the story has no rollout");
  return { ...failedWith(finding(rollout, rollout.deaths[0] ?? null)), observations: story.observations };
};
const given = (story: Story, finding: About, declared?: Partial<DeclaredService>): string[] =>
  briefly(reading(failedOn(story, finding), declared));
const cause = { is: "exited", code: 3, signal: null } as const;
const exited = "The new task new1 of discourse_app exited with code 3.";

describe("a rollback", () => {
  it("is shown at the policy that let it happen, with its cause", () => {
    expect(of(told.exitCode())).toEqual([
      "warning compose.yml:20-22 … | The new task new1 of discourse_app exited with code 3. With failure_action: rollback Swarm put the previous spec back.",
    ]);
  });

  it("for memory, with old and new at once, says that as well", () => {
    expect(of(told.outOfMemory())).toEqual([
      expect.stringContaining(
        "warning compose.yml:20-22 … | The new task new1 of discourse_app ran out of memory",
      ),
      "warning compose.yml:20-22 Old and new at once: discourse_app | With order: start-first the old and the new task run at once, so the host needs memory for both. Use order: stop-first, or give the host more memory, or make the new version need less.",
    ]);
  });

  const hungry = (opening: Story, memoryLimitBytes: number | null = null): string[] =>
    given(
      opening
        .after(1)
        .tasks({ fresh: [failed("new1", 137, { since: 1 })] })
        .container("new1", { exitCode: 137, memoryLimitBytes }),
      (rollout, death) => {
        const proof = { isFlagged: true, oomEventAt: null, counters: [] };
        const outOfMemory = { is: "out-of-memory", exitCode: 137, proof } as const;
        return { is: "crash-looping", rollout, death, deaths: 3, isGivenUp: false, cause: outOfMemory };
      },
    );

  it("speaks of old and new at once only where both were, and shared what ran out", () => {
    const stopFirst = { ...rollsBack, order: "stop-first" };
    expect(hungry(told.updating())).toEqual([expect.stringContaining("Old and new at once")]);
    expect(hungry(told.updating({ policy: stopFirst }))).toEqual([]);
    expect(hungry(told.updating({ policy: null }))).toEqual([]);
    expect(hungry(told.updating(), 64_000_000)).toEqual([]);
    expect(hungry(told.firstInstall())).toEqual([]);
  });

  it("whose task nobody saw says so", () => {
    const [line] = given(told.exitCode(), (rollout) => ({
      is: "rolled-back",
      by: "swarm",
      rollout,
      death: null,
      cause: { is: "unknown", because: "no failed task of the new spec was seen" },
    }));
    expect(line).toContain(
      "| A task of discourse_app failed; which one was not captured. With failure_action",
    );
  });

  it("that failed as well is told as that", () => {
    expect(of(told.rollbackFailed())).toEqual([
      "warning compose.yml:20-22 … | The new task new1 of discourse_app exited with code 4. With failure_action: rollback Swarm began to put the previous spec back, and that failed as well.",
    ]);
  });

  it("by hand is nobody's line", () => {
    expect(of(told.byHand())).toEqual([]);
  });
});

describe("what the cause points at", () => {
  it("the healthcheck, with its last words", () => {
    expect(of(told.unhealthy())).toEqual([
      expect.stringContaining(
        "warning compose.yml:20-22 … | The new task new1 of discourse_app failed its healthcheck",
      ),
      "failure compose.yml:10-12 Healthcheck failed: discourse_app | The last check said: connection to /var/run/postgresql refused",
    ]);
  });

  it("the image, where the healthcheck is its own; and no words where none were captured", () => {
    expect(of(told.unhealthyExitZero(), { healthcheck: null, updateConfig: null })).toEqual([
      "failure compose.yml:4-4 Healthcheck failed: discourse_app | The healthcheck is this image's own. What the last check said was not captured.",
    ]);
  });

  it("a check without a word is told from one that nobody heard", () => {
    const mute = (lastOutput: string | null) =>
      given(told.exitCode(), (rollout, death) => ({
        is: "crash-looping",
        rollout,
        death,
        deaths: 3,
        isGivenUp: false,
        cause: { is: "unhealthy", lastOutput },
      }));
    const line = "failure compose.yml:10-12 Healthcheck failed: discourse_app |";
    expect(mute(" \n")).toEqual([`${line} The last check said nothing.`]);
    expect(mute(null)).toEqual([`${line} What the last check said was not captured.`]);
  });

  it("the image that could not be had, with the engine's error", () => {
    expect(of(told.rejected("No such image: app:1.1"))).toEqual([
      "warning compose.yml:20-22 … | The new task new1 of discourse_app could not get its image: No such image: app:1.1. With failure_action: rollback Swarm put the previous spec back.",
      "failure compose.yml:4-4 Image not available: discourse_app | The engine could not get this image: No such image: app:1.1",
    ]);
  });
});

describe("an update that was not rolled back", () => {
  it.each([
    [
      "paused, by the recipe's own policy",
      {},
      `warning compose.yml:20-22 … | The new task new1 of discourse_app exited with code 1. With failure_action: pause, which is Swarm's default too, the update stopped half-way, and nothing goes back by itself.`,
    ],
    [
      "paused, by Swarm's default",
      { updateConfig: null },
      `notice compose.yml:4-4 … | The new task new1 of discourse_app exited with code 1. The recipe sets no update_config for this service, and Swarm's default is failure_action: pause: the update stopped half-way, and nothing goes back by itself.`,
    ],
  ])("%s", (_, declared, line) => {
    expect(of(told.halfWay(), declared)).toEqual([line]);
  });

  it("that went on whatever failed", () => {
    const wentOn = (rollout: Rollout, death: Death | null): Finding => ({
      is: "update-continued",
      rollout,
      death,
      cause,
      deaths: 3,
      isGivenUp: false,
    });
    expect(given(told.exitCode(), wentOn)).toEqual([
      `warning compose.yml:20-22 … | ${exited} With failure_action: continue Swarm goes on whatever fails.`,
    ]);
    expect(given(told.exitCode(), wentOn, { updateConfig: null })).toEqual([]);
  });

  it("that failed after Swarm's own watch", () => {
    const late = (rollout: Rollout, death: Death | null): Finding => ({
      is: "settled-late",
      rollout,
      death,
      cause,
      completedAt: at(6),
    });
    expect(given(told.exitCode(), late)).toEqual([
      `warning compose.yml:20-22 … | ${exited} Swarm watches a new task for monitor: 5s, and had called the update completed by then. A longer monitor would let Swarm itself see it.`,
    ]);
    expect(given(told.exitCode(), late, { updateConfig: null })).toEqual([]);
  });
});

describe("what never ran as the recipe has it", () => {
  const unschedulable =
    (said: string) =>
    (rollout: Rollout): Finding => ({ is: "unschedulable", rollout, tasks: ["new1"], said, since: at(1) });

  it("a placement that no node meets", () => {
    const said = "no suitable node (scheduling constraints not satisfied on 1 node)";
    expect(given(told.updating(), unschedulable(said))).toEqual([
      `failure compose.yml:30-32 … | No node can take discourse_app: ${said}. Mend this placement, or give a node what it asks for: Swarm itself would wait for ever.`,
    ]);
    const silent = told.updating({ constraints: ["node.labels.disk == ssd"], mode: { is: "global" } });
    expect(given(silent, unschedulable(""))[0]).toContain(
      "its constraints (node.labels.disk == ssd) fit none",
    );
  });

  it("no room, or a taken port, is not the placement's doing", () => {
    for (const said of ["insufficient resources on 1 node", "host-mode port already in use on 1 node"])
      expect(given(told.updating(), unschedulable(`no suitable node (${said})`))).toEqual([]);
  });

  it("another image than the recipe's", () => {
    const wrong = (rollout: Rollout): Finding => ({
      is: "wrong-image",
      rollout,
      wanted: "app:1.1",
      running: ["app:0.9", "app:1.0"],
    });
    expect(given(told.startFirst(), wrong)).toEqual([
      "failure compose.yml:4-4 … | discourse_app runs app:0.9, app:1.0, and 7ae7b0f7 names app:1.1. The deployer, or a compose file that it added, pinned another image.",
    ]);
  });

  it("a recipe that cannot be deployed, on its line and without columns", () => {
    const invalid = { is: "invalid-recipe", file: ".env.sample", reason: "no such file" } as const;
    expect(annotationsOf(failedWith({ ...invalid, line: 3 }))).toEqual([
      {
        path: ".env.sample",
        startLine: 3,
        endLine: 3,
        startColumn: null,
        endColumn: null,
        level: "failure",
        title: "Invalid recipe",
        message: "no such file",
      },
    ]);
    expect(annotationsOf(failedWith({ ...invalid, line: null }))).toEqual([]);
  });
});

describe("whose lines", () => {
  it("none of the base's: its files stand at another commit", () => {
    const failedAt = { act: "roll-out", version: theBase } as const;
    expect(annotationsOf(reading(upgraded(told.exitCode(), { failedAt })))).toEqual([]);
    const invalid = failedWith({ is: "invalid-recipe", file: "compose.yml", line: 3, reason: "no" });
    expect(annotationsOf({ ...invalid, failedAt: { act: "check-out", version: theBase } })).toEqual([]);
  });

  it("those of the service at fault", () => {
    const db = { service: fullName("db"), updateConfig: span(50) };
    const result = upgraded(told.dbRolledBack());
    const services = [app, { ...app, ...db }];
    const [line, ...more] = briefly({
      ...result,
      observations: [{ is: "declared", at: at(-1), services }, ...result.observations],
    });
    expect(line).toMatch(/^warning compose.yml:50-52 … \| The new task db2 of discourse_db /);
    expect(more).toEqual([]);
    expect(of(told.dbRolledBack())).toEqual([]);
  });

  it("as they were last read before the rollout", () => {
    const result = upgraded(told.exitCode());
    const read = (line: number) =>
      ({ is: "declared", at: at(-1), services: [{ ...app, updateConfig: span(line) }] }) as const;
    const observations = [read(1), read(70), ...result.observations, read(90)];
    expect(annotationsOf({ ...result, observations })[0]).toMatchObject({ startLine: 70 });
  });

  it("none where none were read, where the recipe has none, and where nothing failed", () => {
    expect(annotationsOf(upgraded(told.exitCode()))).toEqual([]);
    expect(of(told.exitCode(), { updateConfig: null })).toEqual([]);
    expect(of(told.startFirst())).toEqual([]);
  });
});

describe("GitHub's limits", () => {
  it("columns are for one line alone", () => {
    const [policy, image] = annotationsOf(reading(upgraded(told.rejected("No such image: app:1.1"))));
    expect(policy).toMatchObject({ startLine: 20, endLine: 22, startColumn: null, endColumn: null });
    expect(image).toMatchObject({ startLine: 4, endLine: 4, startColumn: 12, endColumn: 18 });
  });

  it("plain text, within its size: escapes are out, lines stay", () => {
    const output = `\u001b[31mrefused\u001b[0m\u0000 \u202eby\r\ndb ${"ü😀".repeat(20_000)}`;
    const [annotation] = annotationsOf(
      reading(
        failedOn(told.unhealthy(), (rollout, death) => ({
          is: "crash-looping",
          rollout: { ...rollout, name: `wiki\u001b[1m_app${"é".repeat(300)}` },
          death,
          cause: { is: "unhealthy", lastOutput: output },
          deaths: 3,
          isGivenUp: false,
        })),
      ),
    );
    expect(annotation?.message).toMatch(/^The last check said: refused by\ndb ü😀/);
    expect(Buffer.byteLength(annotation?.message ?? "")).toBeLessThanOrEqual(64 * 1024);
    expect(annotation?.message).toMatch(/…$/);
    expect(annotation?.title).toMatch(/^Healthcheck failed: wiki_appé/);
    expect(annotation?.title.length).toBe(255);
  });

  it("no more than fifty", () => {
    const one = { is: "invalid-recipe", file: "compose.yml", line: 1, reason: "no" } as const;
    const findings = [one, ...Array.from({ length: 59 }, (_, i) => ({ ...one, line: i + 2 }))] as const;
    const all = annotationsOf({ ...failedWith(one), verdict: { is: "fail", findings } });
    expect(all.map(({ startLine }) => startLine)).toEqual(Array.from({ length: 50 }, (_, i) => i + 1));
  });
});
