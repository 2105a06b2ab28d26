#!/usr/bin/env node
/**
 * `testme run`: the same harness and the same verdict as the bot's, on a local recipe, with no GitHub at all.
 * Exit codes: 0 pass, 1 finding, 2 fault, 3 usage; 130 and 143 after an interrupt, once everything is cleaned up.
 */
import { existsSync } from "node:fs";
import { basename, resolve } from "node:path";
import { parseArgs } from "node:util";
import { readEngineConfig, WrongSettings } from "./config.ts";
import type { Git } from "./git/git.ts";
import { progressLine, runJson } from "./report/terminal.ts";
import { storyText } from "./report/terminal-story.ts";
import type { Run } from "./run/run.ts";
import { runVerdict } from "./run/stage-result.ts";
import type { Listener } from "./runner/worker.ts";
import { STAGES, type StageName } from "./stages/stage.ts";
import { asFault } from "./verdict/fault.ts";
import { localWorker, newRunId, now, realTools } from "./world.ts";

const USAGE = `testme run <git repository> [--base <ref>] [--head <ref>] [--stages install,upgrade] [--json]

Tests a Co-op Cloud recipe on a real Docker Swarm: the head is deployed fresh, then the base is deployed and
upgraded to the head in place. The engine is the one that DOCKER_HOST names, else the one of scripts/engine up.

  --head <ref>     tag, branch or commit to test (default: the repository's HEAD)
  --base <ref>     what to upgrade from (default: the newest release tag that is not the head, else main)
  --stages <list>  of: ${STAGES.join(", ")} (default: all)
  --json           the last line of stdout is one JSON object; everything else goes to stderr

Exit codes: 0 pass, 1 a finding about the recipe, 2 a fault of ours or the host's, 3 wrong usage.`;

const EXIT = { pass: 0, fail: 1, inconclusive: 2, cancelled: 2 } as const;
const USAGE_EXIT = 3;

class Usage extends Error {}

type Asked = {
  path: string;
  base: string | null;
  head: string;
  stages: readonly StageName[];
  isJson: boolean;
};

const parse = (argv: readonly string[]): Asked | "help" => {
  const { values, positionals } = read(argv);
  if (values.help) return "help";
  const [verb, path, ...more] = positionals;
  if (verb !== "run")
    throw new Usage(verb === undefined ? "Say what to do." : `There is no command ${JSON.stringify(verb)}.`);
  if (path === undefined || more.length > 0) throw new Usage("`testme run` takes one git repository.");
  const isUrl = /^[a-z+]+:\/\//.test(path);
  if (!isUrl && !existsSync(path)) throw new Usage(`There is no ${path}.`);
  const { base = null, head = "HEAD", json = false } = values;
  return { path: isUrl ? path : resolve(path), base, head, stages: stagesIn(values.stages), isJson: json };
};

const read = (argv: readonly string[]) => {
  try {
    return parseArgs({
      args: [...argv],
      allowPositionals: true,
      options: {
        base: { type: "string" },
        head: { type: "string" },
        stages: { type: "string" },
        json: { type: "boolean" },
        help: { type: "boolean", short: "h" },
      },
    });
  } catch (error) {
    throw new Usage(error instanceof Error ? error.message : String(error));
  }
};

const stagesIn = (list: string | undefined): readonly StageName[] => {
  if (list === undefined) return STAGES;
  const names = list.split(",").map((name) => name.trim());
  const unknown = names.find((name) => !STAGES.some((stage) => stage === name));
  if (unknown !== undefined)
    throw new Usage(`There is no stage ${JSON.stringify(unknown)}; there are ${STAGES.join(", ")}.`);
  return STAGES.filter((stage) => names.includes(stage));
};

const runOnce = async (asked: Asked): Promise<number> => {
  const config = readEngineConfig();
  const tools = realTools(config);
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
    stages: asked.stages,
    from: asked.base,
    acceptedAt: now().toISOString(),
  };
  if (asked.head === "HEAD" && (await hasChanges(tools.git, asked.path)))
    say("Changes that are not committed are not tested.");
  const worker = localWorker(config, tools, [teller(say)], (_, error) => say(String(error)));
  const exitOnSignal = endOnSignal((signal) => worker.stop(`interrupted (${signal})`), say);
  const { results, evidence } = await worker.take(run);
  const verdict = runVerdict(results);
  for (const result of results) for (const line of storyText(result)) say(line);
  say(`evidence: ${evidence}`);
  if (asked.isJson) process.stdout.write(`${JSON.stringify(runJson(run, verdict, results, evidence))}\n`);
  return exitOnSignal() ?? EXIT[verdict];
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
const endOnSignal = (
  end: (signal: string) => Promise<void>,
  say: (line: string) => void,
): (() => number | null) => {
  let code: number | null = null;
  const numbers = { SIGINT: 130, SIGTERM: 143 } as const;
  for (const signal of ["SIGINT", "SIGTERM"] as const)
    process.on(signal, () => {
      if (code !== null) return;
      code = numbers[signal];
      say(`${signal}: ending the run and removing its stack …`);
      void end(signal);
    });
  return () => code;
};

const main = async (): Promise<number> => {
  try {
    const asked = parse(process.argv.slice(2));
    if (asked !== "help") return await runOnce(asked);
    console.log(USAGE);
    return 0;
  } catch (error) {
    if (error instanceof Usage) {
      console.error(`${error.message}\n\n${USAGE}`);
      return USAGE_EXIT;
    }
    if (error instanceof WrongSettings) {
      console.error(error.message);
      return USAGE_EXIT;
    }
    const fault = asFault(error);
    console.error(`${fault.message}\n${fault.mend}`);
    return EXIT.inconclusive;
  }
};

process.exitCode = await main();
