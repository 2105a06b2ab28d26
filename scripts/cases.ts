/**
 * The recorded cases in test/fixtures/cases, each a regression test: `npm run cases` tells which of them are told otherwise
 * than they were; `-- --retell` writes the words of today into all of them, and into nothing else; `-- --record [name …]`
 * plays cases anew on the engine that DOCKER_HOST names, else on the private one. Both bring the listing of titles up to date.
 * What was seen is never edited.
 */

import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { readEngineConfig } from "../src/config.ts";
import { Commit } from "../src/recipe/commit.ts";
import type { EvidenceFile } from "../src/report/evidence.ts";
import { type Retold, retell } from "../src/report/retell.ts";
import type { Run } from "../src/run/run.ts";
import { readEvidence } from "../src/store/read-evidence.ts";
import { localRunner, masksOf, newRunId, now, realTools } from "../src/world.ts";
import { type CasePlay, casePlays } from "../test/support/case-plays.ts";
import { caseListing, caseNames, keepCase, listingFile, readCase } from "../test/support/cases.ts";
import { leftovers, startEngine, stopEngine } from "../test/support/engine.ts";
import { TEST_POLICY } from "../test/support/policy.ts";
import { baseVersion } from "../test/support/recipes.ts";

const say = (name: string, { evidence, difference }: Retold): void => {
  console.log(`${difference ? "≠" : "="} ${name} ${evidence.stage}: ${evidence.told.title}`);
  if (difference) console.log(`  ${difference.line}\n  - ${difference.told}\n  + ${difference.retold}`);
};

/** Tells all cases again; the exit code says whether they are as they were told. */
const tellAgain = async (mayWrite: boolean): Promise<number> => {
  let isAsTold = true;
  for (const name of await caseNames()) {
    const file = await readCase(name);
    const retold = file.stages.map((stage) => retell(file.run, stage, file.stages));
    for (const one of retold) say(name, one);
    if (retold.every((one) => one.difference === null)) continue;
    isAsTold = false;
    if (mayWrite) await keepCase(name, { ...file, stages: retold.map((one) => one.evidence) });
  }
  if (mayWrite) await writeFile(listingFile, await caseListing());
  return isAsTold || mayWrite ? 0 : 1;
};

const record = async (asked: readonly string[]): Promise<number> => {
  const unknown = asked.find((name) => !Object.hasOwn(casePlays("task"), name));
  if (unknown !== undefined) throw new Error(`no case is called ${unknown}; see test/support/case-plays.ts`);
  const engine = await startEngine();
  const before = await leftovers(engine.host);
  const folder = await mkdtemp(join(tmpdir(), "testme-cases-"));
  try {
    for (const [name, play] of Object.entries(casePlays(engine.isPrivate ? "engine" : "task"))) {
      if (asked.length > 0 && !asked.includes(name)) continue;
      const file = await recorded(folder, engine.host, name, play);
      await keepCase(name, file);
      for (const stage of file.stages) say(name, retell(file.run, stage, file.stages));
    }
    await writeFile(listingFile, await caseListing());
    const left = await leftovers(engine.host, { except: before });
    if (left.length > 0) console.error(`left on the engine: ${left.join(", ")}`);
    return left.length === 0 ? 0 : 1;
  } finally {
    await rm(folder, { recursive: true, force: true });
    await stopEngine();
  }
};

const recorded = async (
  folder: string,
  host: string,
  name: string,
  { recipe, stages, deployer }: CasePlay,
): Promise<EvidenceFile> => {
  const story = await recipe(folder, name);
  const config = readEngineConfig({
    PATH: process.env.PATH,
    DOCKER_HOST: host,
    TESTME_DATA: join(folder, "data"),
    PROBE_IMAGE: "testme/fixture:1",
    RESOLVE_IMAGE: "never",
    PULL_IMAGES: "never",
    POLICY: TEST_POLICY,
  });
  const real = realTools(config, "a case");
  const tools = { ...real, deployer: deployer?.(real.deployer, story) ?? real.deployer };
  const run: Run = {
    id: newRunId(),
    recipe: name,
    head: Commit.parse(story.head),
    source: { is: "local", path: story.path },
    stages,
    from: baseVersion,
    acceptedAt: now().toISOString(),
  };
  const masks = await masksOf(config, null);
  const { evidence } = await localRunner(config, tools, masks, [], (_, error) => console.error(error))(
    run,
    new AbortController().signal,
  );
  if (evidence === null) throw new Error(`the run of ${name} did not end`);
  const file = await readEvidence(evidence);
  // Where this machine kept the repository is nobody's business, and no verdict's.
  return { ...file, run: { ...file.run, source: { is: "local", path: `${name}.git` } } };
};

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { retell: { type: "boolean" }, record: { type: "boolean" } },
});
process.exitCode = await (values.record ? record(positionals) : tellAgain(values.retell ?? false));
