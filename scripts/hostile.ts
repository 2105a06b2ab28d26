/**
 * All that wants to get in or out, on the real engine and over real HTTP: a hostile recipe for each line of the policy, hostile
 * deliveries and comments, strangers, and a look for secrets in all that is written meanwhile. The last line is one JSON object; the exit
 * code is 0 only if nothing got through, nothing broke, nothing leaked, and each of them was tried.
 */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Counts } from "../test/support/tally.ts";

const SUITE = [
  "test/swarm/hostile-recipes.test.ts",
  "test/swarm/custom-tests.test.ts",
  "test/swarm/tests-network.test.ts",
  ...[
    "hostile-payloads",
    "hostile-repositories",
    "door",
    "forged-deliveries",
    "leaks",
    "token-hygiene",
    "own-tests",
  ],
  ...["policy", "policy-spellings", "strangers", "strangers-pulls", "who-may", "audit"],
].map((name) => (name.includes("/") ? name : `test/behaviour/${name}.test.ts`));

const suite = async (file: string): Promise<boolean> => {
  const vitest = spawn("vitest", ["run", "--project", "behaviour", "--project", "swarm", ...SUITE], {
    stdio: "inherit",
    env: { ...process.env, TESTME_TALLY: file },
  });
  const [code] = await once(vitest, "exit");
  return code === 0;
};

const folder = await mkdtemp(join(tmpdir(), "testme-hostile-"));
try {
  const file = join(folder, "tally");
  await writeFile(file, "");
  const isGreen = await suite(file);
  const sum: Counts = { recipes: 0, through: 0, inputs: 0, crashes: 0, leaks: 0 };
  for (const line of (await readFile(file, "utf8")).split("\n").filter(Boolean))
    for (const [name, n] of Object.entries(JSON.parse(line) as Partial<Counts>)) // Written by test/support/tally.ts.
      sum[name as keyof Counts] += n;
  const isTried = sum.recipes > 0 && sum.inputs > 0;
  process.exitCode = isGreen && isTried && sum.through + sum.crashes + sum.leaks === 0 ? 0 : 1;
  console.log(JSON.stringify(sum));
} finally {
  await rm(folder, { recursive: true });
}
