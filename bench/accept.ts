/**
 * `npm run bench:accept`: how long GitHub waits until a command is confirmed, however long the queue is. A bot of its own process
 * gets signed webhooks over the loopback, one after the other, while so many runs wait for an engine that is away. The last
 * line of stdout is one JSON object: milliseconds for each length of the queue, and how much longer the longest one's median is.
 */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Commit } from "../src/recipe/commit.ts";
import { sqliteStore } from "../src/store/sqlite-store.ts";
import { botProcess, settingsFor, TWO_STAGES } from "../test/support/bot-process.ts";
import { startGitHub } from "../test/support/github/stand-in.ts";
import { goodUpgrade } from "../test/support/recipes.ts";
import { quantile } from "./statistics.ts";

const QUEUES = [0, 100, 1_000];
const COMMANDS = 100;
/** Until the bot has everything loaded. */
const UNMEASURED = 10;
const REPOSITORIES = 20;

const measure = async (folder: string, waiting: number): Promise<number[]> => {
  const story = await goodUpgrade(folder, `wiki-${waiting}`);
  const github = await startGitHub({
    recipes: [{ owner: "coop", repo: "wiki", barePath: story.path }],
    people: [{ login: "maya", permission: "write" }],
  });
  await github.pull("coop/wiki", { number: 1, head: story.head });
  const data = join(folder, `data-${waiting}`);
  const store = await sqliteStore(data, () => new Date());
  for (let n = 0; n < waiting; n++) {
    const repo = `recipe${n % REPOSITORIES}`;
    await store.add({
      id: `waiting${n}`,
      recipe: repo,
      head: Commit.parse(story.head),
      source: {
        is: "pull-request",
        owner: "coop",
        repo,
        number: n,
        installation: 1,
        cloneUrl: `${github.url}/coop/${repo}.git`,
        targetBranch: "main",
        askedBy: "maya",
      },
      stages: TWO_STAGES,
      from: null,
      acceptedAt: new Date().toISOString(),
    });
  }
  await store.close();
  const bot = botProcess(folder, {
    ...settingsFor(github, data),
    PREFLIGHT_WAIT: "3600",
    DOCKER_HOST: `unix://${folder}/nothing.sock`,
  });
  github.sendWebhooksTo(`${await bot.listening()}/api/github/webhooks`);
  // The stand-in works in this process: what it did with a thousand check runs would be measured too.
  github.fail({ path: /check-runs/ }, { status: 503, times: 1_000_000 });
  const times: number[] = [];
  for (let n = -UNMEASURED; n < COMMANDS; n++) {
    const begun = performance.now();
    const { delivery } = await github.comment("coop/wiki", 1, "maya", "!testme");
    if (delivery?.status !== 200) throw new Error(`command ${n} with ${waiting} waiting was not confirmed`);
    if (n >= 0) times.push(performance.now() - begun);
  }
  await bot.kill();
  await github.close();
  return times;
};

const folder = await mkdtemp(join(tmpdir(), "testme-accept-"));
try {
  const rows = [];
  for (const waiting of QUEUES) {
    const times = await measure(folder, waiting);
    const [p50, p99] = [0.5, 0.99].map((share) => Math.round((quantile(times, share) ?? 0) * 10) / 10);
    rows.push({ waiting, p50, p99 });
    console.error(`${waiting} waiting: ${p50} ms at the median, ${p99} ms at the 99th percentile`);
  }
  const [shortest, longest] = [rows[0]?.p50 ?? 0, rows.at(-1)?.p50 ?? 0];
  console.log(
    JSON.stringify({
      commands: COMMANDS,
      acceptMs: rows,
      ratio: Math.round((longest / shortest) * 100) / 100,
    }),
  );
} finally {
  await rm(folder, { recursive: true, force: true });
}
