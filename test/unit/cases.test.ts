// Each recorded case is judged and told again from what was seen, and has to come to the same verdict and the same words, byte
// for byte. Where words or rules have changed on purpose: `npm run cases -- --retell`, and read the difference.
import { describe, expect, it } from "vitest";
import { retell } from "../../src/report/retell.ts";
import { casePlays } from "../support/case-plays.ts";
import { caseListing, caseNames, listingFile, readCase } from "../support/cases.ts";

const names = await caseNames();

describe("recorded cases", () => {
  it.each(names)("%s is told as it was", async (name) => {
    const file = await readCase(name);
    expect(file.stages.length).toBeGreaterThan(0);
    for (const stage of file.stages) {
      const { difference, evidence } = retell(file.run, stage, file.stages);
      expect(difference).toBeNull();
      expect(JSON.stringify(evidence)).toBe(JSON.stringify(stage));
    }
  });

  it("tell one way to fail from another by their titles", async () => {
    await expect(await caseListing()).toMatchFileSnapshot(listingFile);
  });

  it("are there for every play", () => {
    expect(names).toEqual(expect.arrayContaining(Object.keys(casePlays("task"))));
  });

  it("lose their words with the one observation that they rest on", async () => {
    const decisive = {
      "rolled-back-exit": "service",
      "rolled-back-out-of-memory": "container",
      "stamp-mismatch": "deployed",
      "not-serving": "probe",
      "invalid-recipe": "complaint",
    };
    for (const [name, is] of Object.entries(decisive)) {
      const { run, stages } = await readCase(name);
      const stage = stages.find(({ verdict }) => verdict.is === "fail");
      if (!stage) throw new Error(`${name} has no red stage`);
      const without = { ...stage, observations: stage.observations.filter((o) => o.is !== is) };
      const again = () => retell(run, without, stages).difference;
      if (is === "deployed") expect(again, name).toThrow("the rollout was left open");
      else expect(again(), name).not.toBeNull();
    }
  });
});
