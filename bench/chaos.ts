/**
 * `npm run chaos -- --rounds N --minutes M --seed S`: a promise is kept, whatever is killed. Real bots on a real engine are asked for
 * runs, and are killed with SIGKILL one after another, at random moments and at aimed ones, while GitHub fails in ways of its
 * own. Afterwards every command has to have one finished check run a stage, and the engine has to be as before. The last line
 * of stdout is one JSON object; the exit code is 0 only if nothing was lost, doubled or left, and nothing was judged wrongly.
 */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { startEngine, stopEngine } from "../test/support/engine.ts";
import { playChaos } from "./chaos/play.ts";

const { values } = parseArgs({
  options: {
    rounds: { type: "string" },
    minutes: { type: "string" },
    seed: { type: "string", default: String(Date.now() % 1_000_000) },
    lanes: { type: "string", default: "12" },
    log: { type: "string" },
  },
});
const DEFAULT_ROUNDS = 24;

const folder = await mkdtemp(join(tmpdir(), "testme-chaos-"));
const engine = await startEngine();
try {
  console.error(`seed ${values.seed}`);
  const tally = await playChaos({
    folder,
    host: engine.host,
    rounds: values.rounds || !values.minutes ? Number(values.rounds ?? DEFAULT_ROUNDS) : null,
    minutes: values.minutes ? Number(values.minutes) : null,
    seed: Number(values.seed),
    lanes: Number(values.lanes),
    logFile: values.log ?? join(folder, "bots.log"),
  });
  const { wrong, ...told } = tally;
  console.log(JSON.stringify(told));
  process.exitCode = tally.lost + tally.doubled + tally.leftOver + wrong === 0 ? 0 : 1;
} finally {
  await rm(folder, { recursive: true, force: true });
  await stopEngine();
}
// A lane that has no end may still be waited for.
process.exit();
