// The stages as they are printed: the plan is the whole of what a stage may do.
import { describe, expect, it } from "vitest";
import { install } from "../../../src/stages/install.ts";
import type { Stage, Version } from "../../../src/stages/stage.ts";
import { upgrade } from "../../../src/stages/upgrade.ts";
import { base, head } from "../../support/builders.ts";

const theHead: Version = { is: "head", commit: head, ref: "7ae7b0f7" };
const theBase: Version = { is: "base", commit: base, ref: "1.0.0+1.0" };
const print = ({ steps, cleanup }: Stage): string[] =>
  [...steps, "finally" as const, ...cleanup].map((step) => {
    if (step === "finally") return step;
    if (step.act === "remove") return `${step.act}: ${step.why}`;
    const version = step.act === "provide" ? step.for : step.version;
    return `${step.act} ${version.is} ${version.ref}`;
  });

describe("install", () => {
  it("brings the head up on an empty engine and asks it", () => {
    const stage = install(theHead);
    expect(stage.name).toBe("install");
    expect(print(stage)).toMatchInlineSnapshot(`
      [
        "remove: an earlier run may have died here",
        "provide head 7ae7b0f7",
        "check-out head 7ae7b0f7",
        "pull head 7ae7b0f7",
        "roll-out head 7ae7b0f7",
        "probe head 7ae7b0f7",
        "finally",
        "remove: the install stage is over",
      ]
    `);
  });
});

describe("upgrade", () => {
  it("brings the base up first, asks it, and deploys the head over it", () => {
    const stage = upgrade(theBase, theHead);
    if (!("steps" in stage)) throw new Error("not a stage");
    expect(stage.name).toBe("upgrade");
    expect(print(stage)).toMatchInlineSnapshot(`
      [
        "remove: an earlier run may have died here",
        "provide base 1.0.0+1.0",
        "check-out base 1.0.0+1.0",
        "pull base 1.0.0+1.0",
        "roll-out base 1.0.0+1.0",
        "probe base 1.0.0+1.0",
        "check-out head 7ae7b0f7",
        "pull head 7ae7b0f7",
        "roll-out head 7ae7b0f7",
        "remove-orphans head 7ae7b0f7",
        "probe head 7ae7b0f7",
        "finally",
        "remove: the upgrade stage is over",
      ]
    `);
    const commits = stage.steps.flatMap((step) => ("version" in step ? [step.version.commit] : []));
    expect(new Set(commits.slice(0, 4))).toEqual(new Set([base]));
    expect(new Set(commits.slice(4))).toEqual(new Set([head]));
  });

  it("from the head to the head is refused, whatever the base is called", () => {
    expect(upgrade({ is: "base", commit: head, ref: "main" }, theHead)).toEqual({
      name: "upgrade",
      skip: "main is the head itself, so there is nothing to upgrade from",
    });
  });

  it("from nothing is skipped, with the reason", () => {
    expect(upgrade({ is: "none", reason: "the recipe has no release" }, theHead)).toEqual({
      name: "upgrade",
      skip: "the recipe has no release",
    });
  });
});
