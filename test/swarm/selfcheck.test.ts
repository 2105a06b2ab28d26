/** `testme selfcheck` on a real Swarm: every mutant has its own name, and a mutant that is let through fails the check. */
import { expect, it } from "vitest";
import { exitOf, runMutants } from "../../src/cli/selfcheck.ts";
import { isRight } from "../../src/report/selfcheck.ts";
import type { Mutant } from "../../src/selfcheck/mutant.ts";
import { MUTANTS } from "../../src/selfcheck/mutants.ts";
import { testme } from "../support/cli.ts";
import { engineFolder } from "../support/play.ts";
import { engineConfig, engineHost } from "../support/swarm-tools.ts";

const folder = engineFolder();
const settings = () => ({ DOCKER_HOST: engineHost(), TESTME_DATA: folder, CONCURRENCY: "4" });
const mutant = (name: string): Mutant => {
  const found = MUTANTS.find((m) => m.name === name);
  if (!found) throw new Error(`there is no mutant ${name}`);
  return found;
};

it("gives each mutant its own name, on the probe image alone: exit 0", async () => {
  const { exitCode, json, stdout, stderr } = await testme(["selfcheck", "--json"], {
    ...settings(),
    PROBE_IMAGE: "busybox:stable",
  }).finished;
  expect(json, stderr).toMatchObject({
    ok: true,
    mutants: [
      ["good control", "pass"],
      ["wrong stamp", "stamp-mismatch: never-applied"],
      ["wrong image", "wrong-image"],
      ["forged label", "rolled-back by Swarm: exited 3"],
      ["injected rollback", "rolled-back by a person"],
      ["paused", "update-paused: exited 3"],
      ["stale task history", "rolled-back by Swarm: exited 3"],
      ["dropped event stream", "rolled-back by Swarm: exited 3, events missed"],
    ].map(([name, named]) => ({ mutant: name, named, ok: true })),
  });
  expect(exitCode).toBe(0);
  expect(stdout.trim().split("\n")).toHaveLength(1);
  expect(stderr).toMatch(/^ {2}mutant +caused +named +seconds$/m);
});

it("says which mutant was let through or got another name, and exits 1", async () => {
  const { wrap: _, ...harmless } = mutant("wrong stamp");
  const misnamed = { ...mutant("paused"), expected: "update-paused: out-of-memory" };
  const brokenBefore = {
    ...mutant("good control"),
    before: [{ does: "exit 7", isBase: true, expected: "pass" }],
  };
  const told: string[] = [];
  const outcomes = await runMutants(
    [harmless, misnamed, brokenBefore, mutant("injected rollback")],
    engineConfig(folder),
    new AbortController().signal,
    (line) => told.push(line),
  );
  expect(outcomes.map((o) => [o.mutant, o.named, isRight(o)])).toEqual([
    ["wrong stamp", "pass", false],
    ["paused", "update-paused: exited 3", false],
    ["good control", "crash-looping: exited 7", false],
    ["injected rollback", "rolled-back by a person", true],
  ]);
  expect(told).toContain("✘ wrong stamp: pass (must be: stamp-mismatch: never-applied)");
  expect(told).toContain("✔ injected rollback: rolled-back by a person");
  expect(exitOf(outcomes)).toBe(1);
});

it("interrupted, it leaves nothing behind", async () => {
  const cli = testme(["selfcheck", "--json"], settings());
  // A base stands, and something is being deployed over it.
  await cli.said(/deploying version 2 of 2/);
  cli.kill("SIGINT");
  expect((await cli.finished).exitCode).toBe(130);
});
