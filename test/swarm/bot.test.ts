/** The bot on a real Swarm, from a comment to check runs: what the demo shows, and two comments on one head. */
import { execFile } from "node:child_process";
import { rm } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, expect, it } from "vitest";
import { leftovers } from "../support/engine.ts";
import { startGitHub } from "../support/github/stand-in.ts";
import { startRealBot } from "../support/real-bot.ts";
import * as recipes from "../support/recipes.ts";
import { engineHost, temporaryFolder } from "../support/swarm-tools.ts";

const folder = temporaryFolder();
afterAll(() => rm(folder, { recursive: true }));

it("plays the demo: a good upgrade, the seed's rollback and a wrong stamp, each named for what it is", async () => {
  const demo = join(import.meta.dirname, "../../scripts/demo.ts");
  const { stdout } = await promisify(execFile)(process.execPath, [demo]);
  expect(stdout).toMatch(/^✔ #1 testme \/ upgrade: Level 2 of 5 · Upgraded 1\.0\.0\+1\.0 to /m);
  expect(stdout).toMatch(
    /^✘ #2 testme \/ upgrade: Level 1 of 5 · Rolled back: discourse_app ran out of memory, Swarm restored [0-9a-f]{8}$/m,
  );
  expect(stdout).toMatch(
    /^✘ #3 testme \/ upgrade: Level 1 of 5 · Stamp mismatch: discourse_app carries [0-9a-f]{8}, [0-9a-f]{8} was never applied$/m,
  );
  expect(stdout).toMatch(/^nothing is left on the engine$/m);
});

it("lets a second !testme on the same head wait for the first, and both end green", async () => {
  const before = await leftovers(engineHost());
  const repo = "coop-cloud/twice";
  const recipe = await recipes.goodUpgrade(folder, "twice");
  const github = await startGitHub({
    recipes: [{ owner: "coop-cloud", repo: "twice", barePath: recipe.path }],
    people: [{ login: "maria", permission: "write" }],
  });
  const bot = await startRealBot(github, { host: engineHost(), folder, concurrency: 2 });
  try {
    await github.pull(repo, { number: 7, head: recipe.head });
    await github.comment(repo, 7, "maria", "!testme");
    await github.comment(repo, 7, "maria", "!testme");
    const runs = () => github.checkRuns(repo, recipe.head);
    await github.until(
      () => runs().length === 4 && runs().every((run) => run.status === "completed"),
      240_000,
    );
    expect(runs().map((run) => run.conclusion)).toEqual(Array(4).fill("success"));
    // The two are told side by side, so their check runs come in any order.
    const runOf = ({ external_id }: { external_id: string }) => external_id.split(":")[1];
    const [earliest] = runs().toSorted(
      (a, b) => Date.parse(a.started_at ?? "") - Date.parse(b.started_at ?? ""),
    );
    const firstId = earliest && runOf(earliest);
    const first = runs().filter((run) => runOf(run) === firstId);
    const second = runs().filter((run) => runOf(run) !== firstId);
    expect([first, second].map((of) => of.length)).toEqual([2, 2]);
    const behind = expect.stringContaining(`behind run ${firstId}`);
    for (const run of second) expect(run.history.map(({ title }) => title)).toContainEqual(behind);
    const ends = first.map((run) => Date.parse(run.completed_at ?? ""));
    const starts = second.map((run) => Date.parse(run.started_at ?? ""));
    expect(Math.min(...starts)).toBeGreaterThanOrEqual(Math.max(...ends));
  } finally {
    await bot.stop("the test is over");
    await github.close();
  }
  expect(await leftovers(engineHost(), { except: before })).toEqual([]);
});
