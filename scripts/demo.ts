/**
 * The main job, on real parts: three pull requests of a real git recipe get a `!testme` comment each, and the bot tests them
 * on a real Swarm. (1) is a good upgrade; (2) rolls back because old and new need more memory together than there is;
 * (3) is deployed by a deployer that stamps another commit. On (2) and (3) the service ends up with the very same label:
 * telling them apart is what the bot is for. Exit code 0 only if each check run says exactly what was done to it.
 */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Commit } from "../src/recipe/commit.ts";
import type { Deployer } from "../src/swarm/deployer.ts";
import { type Engine, leftovers, startEngine, stopEngine } from "../test/support/engine.ts";
import { type StandIn, startGitHub } from "../test/support/github/stand-in.ts";
import { startRealBot } from "../test/support/real-bot.ts";
import { threeProposals } from "../test/support/recipes.ts";

const REPO = "coop-cloud/discourse";
const MAINTAINER = "maria";
const WITHIN_MS = 240_000;

type Proposals = Awaited<ReturnType<typeof threeProposals>>;
type Expected = { conclusion: string; title: RegExp };
type Play = { number: number; head: string; about: string; expect: Record<string, Expected> };

const say = (line = ""): void => console.log(line);

const playsOf = ({ base, good, hungry, also_good }: Proposals): Play[] => {
  const installed = { conclusion: "success", title: /^Installed [0-9a-f]{8} in / };
  const [was, third] = [base.slice(0, 8), also_good.slice(0, 8)];
  const upgrade = (conclusion: string, title: RegExp) => ({
    "testme / install": installed,
    "testme / upgrade": { conclusion, title },
  });
  return [
    {
      number: 1,
      head: good,
      about: "a good upgrade",
      expect: upgrade("success", /^Level 2 of 5 · Upgraded 1\.0\.0\+1\.0 to [0-9a-f]{8} in /),
    },
    {
      number: 2,
      head: hungry,
      about: "start-first, and memory for one task but not for two",
      expect: upgrade(
        "failure",
        new RegExp(`^Level 1 of 5 · Rolled back: discourse_app ran out of memory, Swarm restored ${was}$`),
      ),
    },
    {
      number: 3,
      head: also_good,
      about: "deployed by a deployer that stamps the base's commit",
      expect: upgrade(
        "failure",
        new RegExp(
          `^Level 1 of 5 · Stamp mismatch: discourse_app carries ${was}, ${third} was never applied$`,
        ),
      ),
    },
  ];
};

/** Stamps the base's commit when it upgrades to the third head, as a checkout that silently stayed behind would. */
const staysBehind = (deployer: Deployer, { base, also_good }: Proposals): Deployer => {
  let last = "";
  return {
    ...deployer,
    deploy(lease, app, deployment) {
      const isStale = last === base && deployment.commit === also_good;
      last = deployment.commit;
      return deployer.deploy(
        lease,
        app,
        isStale ? { ...deployment, commit: Commit.parse(base) } : deployment,
      );
    },
  };
};

const play = async (engine: Engine, folder: string): Promise<boolean> => {
  const recipe = await threeProposals(folder, "discourse", engine.isPrivate ? "engine" : "task");
  const github = await startGitHub({
    recipes: [{ owner: "coop-cloud", repo: "discourse", barePath: recipe.path }],
    people: [{ login: MAINTAINER, permission: "write" }],
  });
  const bot = await startRealBot(github, {
    host: engine.host,
    folder,
    // One run at a time: the memory for the second proposal has to be all there is.
    concurrency: 1,
    tools: (real) => ({ ...real, deployer: staysBehind(real.deployer, recipe) }),
  });
  try {
    const plays = playsOf(recipe);
    for (const { number, head, about } of plays) {
      await github.pull(REPO, { number, head });
      say(`#${number}  ${head.slice(0, 8)}  ${about}`);
    }
    say();
    for (const { number } of plays) {
      say(`${time()}  #${number}  @${MAINTAINER}: !testme`);
      await github.comment(REPO, number, MAINTAINER, "!testme");
    }
    await watch(github, plays);
    return report(github, plays);
  } finally {
    await bot.stop("the demo is over");
    await github.close();
  }
};

/** Prints every change of a check run as it comes, until all are completed. */
const watch = async (github: StandIn, plays: readonly Play[]): Promise<void> => {
  const shown = new Map<number, string>();
  const total = plays.flatMap((p) => Object.keys(p.expect)).length;
  await github.until(() => {
    const runs = plays.flatMap(({ number, head }) =>
      github.checkRuns(REPO, head).map((run) => ({ number, run })),
    );
    for (const { number, run } of runs) {
      const line = `#${number}  ${run.name.padEnd(16)}  ${(run.conclusion ?? run.status).padEnd(11)}  ${run.output.title ?? ""}`;
      if (shown.get(run.id) !== line) say(`${time()}  ${clip(line)}`);
      shown.set(run.id, line);
    }
    return runs.filter(({ run }) => run.status === "completed").length === total;
  }, WITHIN_MS);
};

/** The finished check runs as a reader meets them, and whether each says what was done. */
const report = (github: StandIn, plays: readonly Play[]): boolean => {
  let isRight = true;
  for (const { number, head, expect } of plays)
    for (const run of github.checkRuns(REPO, head)) {
      const wanted = expect[run.name];
      const isAsExpected = run.conclusion === wanted?.conclusion && wanted.title.test(run.output.title ?? "");
      isRight &&= isAsExpected;
      say(`\n${run.conclusion === "success" ? "✔" : "✘"} #${number} ${run.name}: ${run.output.title}`);
      if (run.conclusion !== "success")
        for (const line of firstParagraph(run.output.summary ?? "")) say(`    ${line}`);
      if (!isAsExpected) say(`    !! expected ${wanted?.conclusion}, titled like ${wanted?.title}`);
    }
  return isRight;
};

const firstParagraph = (summary: string): string[] =>
  (summary.split("\n\n")[0] ?? "")
    .replaceAll("`", "")
    .split(/ ?\*\*(?=What)/)
    .map((part) => part.replace("**", ""))
    .filter((part) => part !== "")
    .flatMap((part) => part.match(/\S.{0,109}(?=\s|$)/g) ?? []);

const clip = (line: string): string => (line.length > 130 ? `${line.slice(0, 129)}…` : line);
const time = (): string => new Date().toISOString().slice(11, 19);

const main = async (): Promise<void> => {
  const began = Date.now();
  const engine = await startEngine();
  const before = await leftovers(engine.host);
  say(
    `engine: ${engine.isPrivate ? `private, ${(engine.memoryBudgetBytes ?? 0) / 2 ** 20} MiB for all containers` : engine.host}\n`,
  );
  const folder = await mkdtemp(join(tmpdir(), "testme-demo-"));
  try {
    const isRight = await play(engine, folder);
    const left = await leftovers(engine.host, { except: before });
    say(
      `\n${left.length === 0 ? "nothing is left on the engine" : `left on the engine: ${left.join(", ")}`}`,
    );
    say(
      `${isRight ? "every check run says what was done to it" : "a check run says something else"} · ${Math.round((Date.now() - began) / 1000)} s`,
    );
    if (!isRight || left.length > 0) process.exitCode = 1;
  } finally {
    await rm(folder, { recursive: true, force: true });
    await stopEngine();
  }
};

await main();
