/**
 * `npm run bench:forensics -- --trials N [--lanes N] [--seed N] [--only TEXT] [--dumps FOLDER]`: every way a rollout can end, N
 * times on a real engine, named by us and by others. Progress goes to stderr; stdout has the table and, as its last line,
 * one JSON object. The record of a trial that we named wrongly, or whose PreviousSpec
 * we missed, is kept in FOLDER.
 */
import { mkdir, writeFile } from "node:fs/promises";
import { availableParallelism, loadavg, tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import Docker from "dockerode";
import { dockerodeSwarm } from "../src/swarm/dockerode-swarm.ts";
import { leftovers, startEngine, stopEngine } from "../test/support/engine.ts";
import { inLanes } from "./lanes.ts";
import { measure, type Row } from "./measure.ts";
import { SCENARIOS } from "./scenarios.ts";
import { randomFrom } from "./statistics.ts";
import { summaryOf } from "./summary.ts";
import { tableOf } from "./table.ts";
import { runTrial, type Trial } from "./trial.ts";

const { values } = parseArgs({
  options: {
    trials: { type: "string", default: "20" },
    lanes: { type: "string", default: "6" },
    seed: { type: "string", default: String(Date.now() % 1_000_000) },
    only: { type: "string", default: "" },
    dumps: { type: "string", default: join(tmpdir(), "testme-bench") },
  },
});

const keep = async (trial: Trial, row: Row, index: number): Promise<void> => {
  await mkdir(values.dumps, { recursive: true });
  const file = join(values.dumps, `${index}-${row.scenario.name.replaceAll(/\W+/g, "-")}.json`);
  await writeFile(file, JSON.stringify({ named: row.name, ...trial }, null, 1));
  console.error(`  caused "${row.scenario.expect}", named "${row.name}": see ${file}`);
};

/** It was there to be seen, and we did not see it. */
const hasMissed = ({ scenario, captured }: Row): boolean => scenario.way !== null && !captured.ours;

const main = async (): Promise<void> => {
  const named = process.env.DOCKER_HOST;
  const { host } = await startEngine();
  // For the docker client; the engine's script takes a host in there for somebody else's.
  process.env.DOCKER_HOST = host;
  const random = randomFrom(Number(values.seed));
  const bench = { swarm: dockerodeSwarm(host, "testme/fixture:1", "a bench"), docker: new Docker(), random };
  const scenarios = SCENARIOS.filter((scenario) => scenario.name.includes(values.only));
  const trials = Number(values.trials);
  const rows: Row[] = [];
  const beganMs = Date.now();
  try {
    const before = await leftovers(host);
    console.log(
      `seed ${values.seed}, ${scenarios.length} scenarios × ${trials} trials, ${values.lanes} lanes`,
    );
    await inLanes(scenarios, trials, Number(values.lanes), random, async (scenario) => {
      const trial = await runTrial(bench, scenario);
      const row = measure(trial);
      rows.push(row);
      console.error(`${rows.length}/${scenarios.length * trials}  ${scenario.name}: ${row.name}`);
      if (row.isWrong.ours || hasMissed(row)) await keep(trial, row, rows.length);
    });
    const inOrder = SCENARIOS.flatMap((scenario) => rows.filter((row) => row.scenario === scenario));
    const left = await leftovers(host, { except: before });
    console.log(tableOf(inOrder));
    console.log(
      left.length === 0 ? "\nNothing is left on the engine." : `\nLeft on the engine: ${left.join(", ")}`,
    );
    console.log(
      `${Math.round((Date.now() - beganMs) / 1000)} s on ${availableParallelism()} cores, load average ${loadavg()
        .map((l) => l.toFixed(1))
        .join(" ")}`,
    );
    console.log(JSON.stringify(summaryOf(inOrder)));
    if (rows.some((row) => row.isWrong.ours) || left.length > 0) process.exitCode = 1;
  } finally {
    process.env.DOCKER_HOST = named ?? "";
    await stopEngine();
  }
};

await main();
