/**
 * One rollout story on the real engine: a base that stands, then each further version in turn, the last of them perhaps with
 * a second writer beside it. What comes back is the verdict on each version.
 */
import { rm } from "node:fs/promises";
import { afterAll, beforeAll, expect } from "vitest";
import { stageTitle } from "../../src/report/words.ts";
import type { StageResult } from "../../src/run/stage-result.ts";
import { leftovers } from "./engine.ts";
import { at, deploys, type Meddle, onOneStack } from "./one-stack.ts";
import { rolloutRecipe, type Shape } from "./recipes-rollouts.ts";
import { type SecondWriter, secondWriter } from "./second-writer.ts";
import { engineHost, temporaryFolder } from "./swarm-tools.ts";

type Play = {
  base?: Shape | null;
  /** Versions by name, deployed in this order. */
  heads: Record<string, Shape>;
  /** The order, where it is another one. */
  order?: readonly string[];
  /** What happens beside the deploy of the last version. */
  meddle?: (writer: SecondWriter) => Meddle;
};

export const play = async (folder: string, name: string, story: Play): Promise<StageResult[]> => {
  const { base = {}, heads, meddle } = story;
  const recipe = await rolloutRecipe(folder, name, base ?? {}, heads);
  const order = story.order ?? Object.keys(heads);
  const stages = order.map((version, index) => ({
    steps: deploys(at("head", recipe.heads[version] ?? version)),
    ...(meddle && index === order.length - 1 ? { meddle: meddle(secondWriter(folder, name)) } : {}),
  }));
  const opening = base === null ? [] : [{ steps: deploys(at("base", recipe.base)) }];
  const results = await onOneStack(folder, recipe, name, [...opening, ...stages]);
  if (base !== null) expect(results.shift()?.verdict, "the base").toEqual({ is: "pass" });
  return results;
};

/** Where a file's stories keep their repositories. What they leave on the engine fails the file. */
export const engineFolder = (): string => {
  const folder = temporaryFolder();
  let before: string[] = [];
  beforeAll(async () => {
    before = await leftovers(engineHost());
  });
  afterAll(async () => {
    await rm(folder, { recursive: true });
    expect(await leftovers(engineHost(), { except: before })).toEqual([]);
  });
  return folder;
};

/** A story whose last version fails: what of the finding has to be so, and the title that a person reads. */
export type Red = Play & { is: string; name: string; finding: object; title: RegExp };

export const expectRed = async (folder: string, { name, finding, title, ...story }: Red): Promise<void> => {
  const last = (await play(folder, name, story)).at(-1);
  if (!last) throw new Error("nothing was deployed");
  expect(last.verdict, stageTitle(last)).toMatchObject({ is: "fail", findings: [finding] });
  expect(stageTitle(last)).toMatch(title);
};
