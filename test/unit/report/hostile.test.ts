// Whatever comes from outside is shown, and never heard: it cannot close its block, ping people, draw a picture, run in a
// terminal or pose as our own words. The text below tries all of it, in each place where a report shows others' text.
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { checkRunOf } from "../../../src/report/check-run.ts";
import { block, code, cut, cutBytes, details, prose, table } from "../../../src/report/markdown.ts";
import { progressLine } from "../../../src/report/terminal.ts";
import { storyText } from "../../../src/report/terminal-story.ts";
import { findingTitle } from "../../../src/report/words.ts";
import type { StageResult } from "../../../src/run/stage-result.ts";
import { Fault } from "../../../src/verdict/fault.ts";
import {
  at,
  failed,
  type Look,
  label,
  type Story,
  service,
  story,
  task,
  update,
} from "../../support/builders.ts";
import * as told from "../verdict/stories.ts";
import { heard } from "./gfm.ts";
import { outsideCode } from "./outside-code.ts";
import { ended, failedWith, installed, run, theBase, upgraded } from "./results.ts";
import * as rich from "./rich-stories.ts";

const esc = "\u001b";
const wants = { is: "http", path: "/", codes: null } as const;
const attack = `@everyone <img src=x> evil \`\`\`\` \` </details> </summary> @everyone | # Fine **What happened.** all good <img src=x> [x](//evil) \\| <img src=x> @everyone evil \\\\| evil <img src=x> https://evil.example\n\n# Passed\n\n\`\`\`\n| a | b |\r\n${esc}[2J${esc}]0;owned\u0007\u202e\u0000`;

const hostileTask = failed("new1", 1, { error: attack, since: 1 });
const hostileLook: Look = {
  image: `app:1.1${attack}`,
  labels: { [`${label}${attack}`]: attack },
  lines: [`x = ${attack}`, "```", "</details>"],
};
const rolledBack = (dead = hostileTask): Story => {
  const start = told
    .updating(hostileLook)
    .after(1)
    .tasks({ stale: [told.old1], fresh: [dead] });
  start.container("new1", {
    exitCode: 1,
    health: { status: "unhealthy", checks: [{ at: at(0), exitCode: 1, output: attack }] },
    error: attack,
  });
  told.rollingBack(start, "new1", hostileLook).tasks({ current: [told.old1], revoked: [dead] });
  return told.backAgain(start.after(5), hostileLook);
};
const unhealthy = failed("new1", 1, { because: "dockerexec: unhealthy container", since: 1 });
const noExitCode = task("new1", "failed", { error: attack, since: 1 });
const pending = () =>
  story()
    .saw(service("app", 10, hostileLook))
    .tasks({ fresh: [task("new1", "pending", { error: attack })] })
    .deployed()
    .deadline();
const paused = () =>
  told
    .updating()
    .after(2)
    .tasks({ fresh: [failed("new1", 1, { since: 0.5 })] })
    .container("new1", { exitCode: 1 })
    .saw(service("app", 13, { update: update("paused", { message: attack }) }))
    .after(2);
const oldSins = (): Story =>
  story({
    services: [service("app", 10)],
    tasks: [told.old1, failed("sin1", 1, { error: attack, born: -9_000, since: -8_990 })],
  })
    .saw(service("app", 11))
    .tasks({ fresh: [told.old1] })
    .deployed();
const overwritten = (): Story =>
  told
    .overwritten()
    .saw(service("app", 18, { stamp: "0ddba11c", labels: { [attack]: attack }, lines: [attack] }));
const locked = (of: Story): StageResult =>
  upgraded(of, {
    observations: [
      { is: "locked", at: at(-3), appDomain: "disc-3f9a1c.ci.example.org", by: attack },
      ...of.observations,
    ],
  });
const fault = new Fault("engine", attack, "Mend it.");

const places: readonly (readonly [string, StageResult])[] = [
  ["a task's error, the container's error, labels, image, spec", upgraded(rolledBack())],
  ["a healthcheck's output", upgraded(rolledBack(unhealthy))],
  ["the error of a task that has no exit code", upgraded(rolledBack(noExitCode))],
  ["the error of a rejected task", upgraded(told.rejected(attack))],
  ["the scheduler's words", installed(pending())],
  ["Swarm's own message", upgraded(paused())],
  ["the stamp", upgraded(told.stampedAs(attack))],
  ["the deployer's words", failedWith({ is: "deploy-refused", by: attack, said: attack })],
  [
    "a complaint about the recipe",
    failedWith({ is: "invalid-recipe", file: attack, line: 1, reason: attack }),
  ],
  [
    "the reason why nothing answers",
    failedWith({
      is: "not-serving",
      service: "app",
      port: 80,
      wants,
      answer: { is: "none", reason: attack },
    }),
  ],
  [
    "the service that does not answer",
    failedWith({
      is: "not-serving",
      service: attack,
      port: 80,
      wants,
      answer: { is: "http", status: 500, fallback: null },
    }),
  ],
  ["the lines of a log", upgraded(rich.outOfMemoryInFull([attack, "```", "</details>", attack]))],
  [
    "the engine's events",
    upgraded(
      rolledBack()
        .event(attack, { task: "new1" })
        .event("oom", { task: attack, service: attack })
        .event(attack, { type: "service", updateState: attack }),
    ),
  ],
  [
    "what was not captured, and why",
    upgraded(rolledBack().missed(attack, attack).missed("log of container container-of-new1", attack)),
  ],
  ["what another writer wrote", upgraded(overwritten())],
  ["who held the lock", locked(rolledBack())],
  [
    "the images that run, and their tasks",
    upgraded(
      rich
        .wrongImage()
        .tasks({ fresh: [task(attack, "running", { image: attack, node: attack })] })
        .after(6),
    ),
  ],
  [
    "the constraints that no node meets",
    installed(
      story()
        .saw(service("app", 10, { mode: { is: "global" }, constraints: [attack, attack] }))
        .tasks({})
        .deployed()
        .after(11),
    ),
  ],
  ["the scheduler's words, before the deadline", installed(pending().after(20))],
  [
    "words without end",
    failedWith({ is: "deploy-refused", by: attack.repeat(2_000), said: attack.repeat(2_000) }),
  ],
  ["a fault", ended({ is: "inconclusive", fault })],
  ["the teardown's fault", upgraded(told.startFirst(), { cleanupFault: fault })],
  ["who cancelled", ended({ is: "cancelled", by: attack })],
  ["why it was skipped", ended({ is: "skipped", reason: attack })],
  ["the name of a base that passes", upgraded(told.startFirst(), { base: { ...theBase, ref: attack } })],
  [
    "the name of a base that fails",
    upgraded(told.exitCode(), { failedAt: { act: "probe", version: { ...theBase, ref: attack } } }),
  ],
  ["the errors of old tasks", upgraded(oldSins())],
];
const OURS = /^(?:<\/?(?:details|summary|sub)>|<br>|<details><summary>[^<]*<\/summary>|\s)+$/;
const checkOf = (result: StageResult) => checkRunOf(run, result.stage, { is: "done", result }).output;
/** Control characters other than the line end, and the marks that turn the direction of reading. */
const unseenIn = (text: string): string[] =>
  [...text]
    .map((character) => character.codePointAt(0) ?? 0)
    .filter(
      (point) =>
        (point < 0x20 && point !== 0x0a) ||
        (point >= 0x7f && point < 0xa0) ||
        (point >= 0x202a && point <= 0x202e) ||
        (point >= 0x2066 && point <= 0x2069),
    )
    .map((point) => point.toString(16));

describe("in the check run", () => {
  it.each(places)("%s stays in its place", (_name, result) => {
    const { summary } = checkOf(result);
    expect(outsideCode(summary)).not.toMatch(/@everyone|<img|\]\(|evil|owned|^# |all good|Passed/m);
    expect(summary.match(/^<details>/gm)?.length ?? 0).toBe(
      outsideCode(summary).match(/<\/details>/g)?.length ?? 0,
    );
  });

  it.each(places)("%s is for GitHub's markdown what it is for us", (_name, result) => {
    const { tags, images, links, headings, text, broken } = heard(checkOf(result).summary);
    expect(tags.filter((tag) => !OURS.test(tag))).toEqual([]);
    expect({ images, headings, broken }).toEqual({ images: 0, headings: 0, broken: 0 });
    expect(links.filter((url) => !url.startsWith("https://github.com/"))).toEqual([]);
    expect(text).not.toMatch(/@everyone|evil|owned|all good|Passed/);
  });

  it.each(places)("%s is shown all the same", (_name, result) => {
    const { title, summary } = checkOf(result);
    expect(`${title}\n${summary}`).toContain("evil");
  });

  it.each(places)("%s breaks no table", (_name, result) => {
    let columns = 0;
    for (const line of checkOf(result).summary.split("\n")) {
      const bars = line.startsWith("|") ? (line.match(/(?<!\\)\|/g)?.length ?? 0) : 0;
      if (columns !== 0 && bars !== 0) expect(bars).toBe(columns);
      columns = bars;
    }
  });

  it.each(places)("%s gives a title of one line that fits", (_name, result) => {
    const { title } = checkOf(result);
    expect(title).not.toMatch(/[\r\n]/);
    expect(title.length).toBeLessThanOrEqual(255);
  });

  it.each(places)("%s brings no unseen characters", (_name, result) => {
    const { title, summary } = checkOf(result);
    expect(unseenIn(title)).toEqual([]);
    expect(unseenIn(summary)).toEqual([]);
  });
});

describe("in a terminal", () => {
  it.each(places)("%s cannot steer it", (_name, result) => {
    const lines = [progressLine(run, result.stage, { is: "done", result }), ...storyText(result)];
    expect(unseenIn(lines.join("\n"))).toEqual([]);
  });
});

describe("inline code", () => {
  it("shows what it is given, on one line, and ends where it should", () => {
    expect(code("plain")).toBe("`plain`");
    expect(code("a\n b")).toBe("`a b`");
    expect(code("`")).toBe("`` ` ``");
    expect(code("a `b` ``c``")).toBe("``` a `b` ``c`` ```");
    expect(code("")).toBe("` `");
  });

  it("holds any text", () => {
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom("`", "a", " ", "\n", "|", "*", "\\") }), (text) => {
        expect(outsideCode(`x ${code(text)} y`)).toBe("x «» y");
      }),
    );
  });
});

describe("a block", () => {
  it("measures the fence by what is left of the text", () => {
    expect(outsideCode(`x\n${block("``\r`", "diff")}\ny`)).toBe("x\ny");
  });

  it("holds any text", () => {
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom("`", "a", " ", "\n", "\r", "~") }), (text) => {
        expect(outsideCode(`x\n${block(text, "diff")}\ny`)).toBe("x\ny");
      }),
    );
  });
});

describe("the rest of the pieces", () => {
  it("a table keeps its columns whatever its cells hold", () => {
    expect(table(["a"], [["x | y"]])).toBe("| a |\n| --- |\n| x \\| y |");
  });
  it("details need the empty lines, or GitHub reads no markdown in them", () => {
    expect(details("t", "b")).toBe("<details><summary>t</summary>\n\nb\n\n</details>");
  });
  it("a cut says so, and splits no character", () => {
    expect(cut("abc", 3)).toBe("abc");
    expect(cut("😀😀😀", 4)).toBe("😀…");
    expect(cutBytes("😀😀😀", 10)).toBe("😀…");
  });
});

/** Of what markdown, tables and people are made of. */
const hostile = fc
  .array(
    fc.constantFrom(
      ...["`", "``", "```", "|", "\\", "\\\\", "\n", "<b>", "<!--", "-->", "<img src=x>", "</details>"],
      ...[
        "@maya",
        "# x",
        "- x",
        "![x](y)",
        "[x](y)",
        "[x]: y",
        "https://x.example",
        "www.x.example",
        "*",
        "_",
        "~~",
      ],
      ...["&lt;", "x@y.example", "1. x", "> x", "    ", "\t", "==="],
    ),
    { maxLength: 8 },
  )
  .map((parts) => parts.join(""));
const NOTHING = { tags: [], images: 0, links: [], headings: 0, broken: 0 };

describe("for GitHub's markdown", () => {
  it("inline code holds any text, in a table and outside", () => {
    fc.assert(
      fc.property(hostile, hostile, (one, other) => {
        expect(heard(`a ${code(one)} b`)).toEqual({ ...NOTHING, text: "a \n b" });
        expect(heard(table(["h", "i"], [[code(one), `c ${code(other)}`]]))).toEqual({
          ...NOTHING,
          text: "h\ni\nc ",
        });
      }),
    );
  });

  it("a block holds any text", () => {
    fc.assert(
      fc.property(hostile, (text) => {
        expect(heard(`a\n${block(text, "diff")}\nb`)).toEqual({ ...NOTHING, text: "a\nb" });
      }),
    );
  });

  it("a sentence is a sentence, whatever it says", () => {
    fc.assert(
      fc.property(hostile, (text) => {
        const { text: said, ...rest } = heard(`- line 1: ${prose(text)}`);
        expect(rest).toEqual(NOTHING);
        expect(said).not.toMatch(/@[a-z]/);
      }),
    );
  });
});

describe("titles", () => {
  it("each finding has words of its own", () => {
    const findings = places.flatMap(([, { verdict }]) => (verdict.is === "fail" ? verdict.findings : []));
    expect(new Set(findings.map((f) => findingTitle(f).split(":")[0])).size).toBe(
      new Set(findings.map((f) => f.is)).size,
    );
  });
});
