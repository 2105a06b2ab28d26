/**
 * `testme run`: the same harness and the same verdict as the bot's, on a local recipe, with no GitHub at all.
 * Exit codes: 0 pass, 1 finding, 2 fault, 3 usage; 130 and 143 after an interrupt, once everything is cleaned up.
 */
import { existsSync } from "node:fs";
import { basename, resolve } from "node:path";
import { readEngineConfig } from "../config.ts";
import type { Git } from "../git/git.ts";
import { aroundLines } from "../report/around.ts";
import { ladderLines } from "../report/ladder.ts";
import { progressLine, runJson } from "../report/terminal.ts";
import { storyText } from "../report/terminal-story.ts";
import type { Run } from "../run/run.ts";
import { runVerdict } from "../run/stage-result.ts";
import type { Listener } from "../runner/worker.ts";
import { STAGES, type StageName } from "../stages/stage.ts";
import { asFault } from "../verdict/fault.ts";
import { localRunner, masksOf, newRunId, now, realTools } from "../world.ts";
import { type Command, EXIT, readArgs, TERMINAL, Usage } from "./command.ts";

const USAGE = `testme run <git repository> [--base <ref>] [--head <ref>] [--stages <list>] [--json]

Tests a Co-op Cloud recipe on a real Docker Swarm: the head is deployed fresh; then the base is deployed and
upgraded to the head in place, which is backed up, wiped and restored, and gets the recipe's own tests; and the recipe's
files are held against the conventions. The engine is the one that DOCKER_HOST names, else the one of scripts/engine up.

  --head <ref>     tag, branch or commit to test (default: the repository's HEAD)
  --base <ref>     what to upgrade from (default: the newest release tag that is not the head, else main)
  --stages <list>  of: ${STAGES.join(", ")} (default: those of the setting STAGES, which are all)
  --json           the last line of stdout is one JSON object; everything else goes to stderr

Exit codes: 0 pass, 1 a finding about the recipe, 2 a fault of ours or the host's, 3 wrong usage.`;

const EXIT_OF = {
  pass: EXIT.ok,
  fail: EXIT.finding,
  inconclusive: EXIT.fault,
  cancelled: EXIT.fault,
} as const;

type Asked = {
  path: string;
  base: string | null;
  head: string;
  /** Null where the settings decide. */
  stages: readonly StageName[] | null;
  isJson: boolean;
};

const parse = (args: readonly string[]): Asked => {
  const { values, positionals } = readArgs(args, {
    base: { type: "string" },
    head: { type: "string" },
    stages: { type: "string" },
    json: { type: "boolean" },
  });
  const [path, ...more] = positionals;
  if (path === undefined || more.length > 0) throw new Usage("`testme run` takes one git repository.");
  const isUrl = /^[a-z+]+:\/\//.test(path);
  if (!isUrl && !existsSync(path)) throw new Usage(`There is no ${path}.`);
  const { base = null, head = "HEAD", json = false } = values;
  return { path: isUrl ? path : resolve(path), base, head, stages: stagesIn(values.stages), isJson: json };
};

const stagesIn = (list: string | undefined): readonly StageName[] | null => {
  if (list === undefined) return null;
  const names = list.split(",").map((name) => name.trim());
  const unknown = names.find((name) => !STAGES.some((stage) => stage === name));
  if (unknown !== undefined)
    throw new Usage(`There is no stage ${JSON.stringify(unknown)}; there are ${STAGES.join(", ")}.`);
  return STAGES.filter((stage) => names.includes(stage));
};

const runOnce = async (asked: Asked): Promise<number> => {
  const config = readEngineConfig();
  const tools = realTools(config, TERMINAL);
  const say = (line: string) => (asked.isJson ? process.stderr : process.stdout).write(`${line}\n`);
  const mirror = await tools.git.fetch({ url: asked.path, token: null }).catch((error: unknown) => {
    throw new Usage(asFault(error).message);
  });
  const head = await tools.git.resolve(mirror, asked.head);
  if (head === null) throw new Usage(`${asked.path} has no ${asked.head}.`);
  if (asked.base !== null && (await tools.git.resolve(mirror, asked.base)) === null)
    throw new Usage(`${asked.path} has no ${asked.base}.`);
  const run: Run = {
    id: newRunId(),
    recipe: basename(asked.path).replace(/\.git$/, ""),
    head,
    source: { is: "local", path: asked.path },
    stages: asked.stages ?? config.stages,
    from: asked.base,
    acceptedAt: now().toISOString(),
  };
  if (asked.head === "HEAD" && (await hasChanges(tools.git, asked.path)))
    say("Changes that are not committed are not tested.");
  const ending = new AbortController();
  const masks = await masksOf(config, null);
  const runIt = localRunner(config, tools, masks, [teller(say)], (_, error) => say(String(error)));
  const exitOnSignal = endOnSignal((signal) => ending.abort(`interrupted (${signal})`), say);
  const { results, evidence } = await runIt(run, ending.signal);
  const verdict = runVerdict(results);
  for (const result of results) for (const line of storyText(result)) say(line);
  for (const line of aroundLines(results.flatMap(({ observations }) => observations))) say(line);
  const ladder = results.at(-1)?.ladder ?? null;
  if (ladder) for (const line of ladderLines(ladder)) say(line);
  say(`evidence: ${evidence}`);
  if (asked.isJson) process.stdout.write(`${JSON.stringify(runJson(run, verdict, results, evidence))}\n`);
  return exitOnSignal() ?? EXIT_OF[verdict];
};

/** A bare repository, or one elsewhere, has no tree that could have changed. */
const hasChanges = (git: Git, path: string): Promise<boolean> =>
  git.headOf(path).then(
    (tree) => tree.isDirty,
    () => false,
  );

const teller = (say: (line: string) => void): Listener => {
  let last = "";
  return {
    progress(run, stage, progress) {
      const line = progressLine(run, stage, progress);
      if (line !== last) say(line);
      last = line;
    },
  };
};

/** The first signal ends the run cleanly; the exit code then says which it was. */
const endOnSignal = (end: (signal: string) => void, say: (line: string) => void): (() => number | null) => {
  let code: number | null = null;
  const numbers = { SIGINT: 130, SIGTERM: 143 } as const;
  for (const signal of ["SIGINT", "SIGTERM"] as const)
    process.on(signal, () => {
      if (code !== null) return;
      code = numbers[signal];
      say(`${signal}: ending the run and removing its stack …`);
      end(signal);
    });
  return () => code;
};

export const run: Command = { usage: USAGE, start: (args) => runOnce(parse(args)) };
