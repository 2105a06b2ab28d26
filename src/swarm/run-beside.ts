/**
 * Runs what a recipe brings along, its own tests, in a container on a network of the stack's services alone (tests-network.ts), or where
 * the bot's setting says so in the network namespace of one of its tasks: then it reaches what that task reaches. It is strangers' code,
 * so it gets nothing else: no mount, no socket, no privilege, no variable of ours, little memory and few processes; what it writes is
 * heard as far as it is bearable.
 * Invariant: the container goes, whatever happens. It bears the stack's label, so that it goes with the stack where this process dies.
 */

import { finished } from "node:stream/promises";
import { setTimeout as delay } from "node:timers/promises";
import type Docker from "dockerode";
import * as z from "zod";
import { Fault } from "../verdict/fault.ts";
import type { TestEnd } from "../verdict/own-tests.ts";
import { endsWithin } from "./ends-within.ts";
import { isMissing, statusOf, wordsOf } from "./engine-fault.ts";
import { labelOf } from "./stack-label.ts";
import type { Stack, TaskPlace, Trial, TrialRun } from "./swarm.ts";
import { onTestsNetwork } from "./tests-network.ts";
import { archiveOf } from "./trial-files.ts";
import { hearing } from "./trial-output.ts";

const MEMORY_BYTES = 256 * 1024 * 1024;
const PROCESSES = 256;
const SIGKILLED = 137;
const FLAG_WITHIN_MS = 1_500;
const FLAG_AGAIN_MS = 100;

/** `waiting`: a client that bears with silence. */
export const runBeside = async (
  docker: Docker,
  waiting: Docker,
  probeImage: string,
  stack: Stack,
  trial: Trial,
  signal: AbortSignal,
): Promise<TrialRun> => {
  signal.throwIfAborted();
  const { beside, network } = trial;
  const runOn = (mode: string) => runIn(mode, docker, waiting, stack, trial, signal);
  if (network === "open") return runOn(`container:${beside.container}`);
  const ran = await onTestsNetwork(docker, probeImage, stack, trial, runOn);
  if (ran === null) throw gone(beside.task);
  return ran;
};

const runIn = async (
  networkMode: string,
  docker: Docker,
  waiting: Docker,
  stack: Stack,
  trial: Trial,
  signal: AbortSignal,
): Promise<TrialRun> => {
  signal.throwIfAborted();
  const container = await create(networkMode, docker, stack, trial);
  if (!("id" in container)) return unstarted(container.said);
  try {
    await container.putArchive(await archiveOf(trial.files), { path: "/" });
    return await run(container, waiting.getContainer(container.id), trial, signal);
  } finally {
    await container.remove({ force: true, v: true }).catch(unlessGone);
  }
};

const create = async (
  networkMode: string,
  docker: Docker,
  stack: Stack,
  { beside, image, command, env }: Trial,
): Promise<Docker.Container | { said: string }> => {
  const [Entrypoint, ...Cmd] = command;
  if (Entrypoint === undefined) return { said: "its command is empty" };
  try {
    return await docker.createContainer({
      Image: image,
      Entrypoint: [Entrypoint],
      Cmd,
      Env: Object.entries(env).map(([name, value]) => `${name}=${value}`),
      Labels: labelOf(stack.name),
      Healthcheck: { Test: ["NONE"] },
      HostConfig: {
        NetworkMode: networkMode,
        Memory: MEMORY_BYTES,
        MemorySwap: MEMORY_BYTES,
        PidsLimit: PROCESSES,
        CapDrop: ["ALL"],
        SecurityOpt: ["no-new-privileges"],
        // Its words are heard as they come; of the engine's copy little is kept.
        LogConfig: { Type: "json-file", Config: { "max-size": "1m", "max-file": "2" } },
      },
    });
  } catch (error) {
    if (isMissing(error) && !/No such image/i.test(String(error))) throw gone(beside.task, error);
    return refusalOrThrow(error);
  }
};

const run = async (
  container: Docker.Container,
  waiting: Docker.Container,
  { beside, withinMs }: Trial,
  signal: AbortSignal,
): Promise<TrialRun> => {
  try {
    await container.start();
  } catch (error) {
    if (/cannot join network|No such container|is not running/i.test(String(error)))
      throw gone(beside.task, error);
    return unstarted(refusalOrThrow(error).said);
  }
  const words = hearing();
  const output = await waiting.logs({ follow: true, stdout: true, stderr: true });
  container.modem.demuxStream(output, words.stdout, words.stderr);
  const ended = Promise.all([waiting.wait(), finished(output)]);
  const isOver = await endsWithin(ended, withinMs, signal);
  if (!isOver) {
    await container.kill().catch(unlessGone);
    await ended;
  }
  const state = isOver ? await stateOnceFlagged(container) : await stateOf(container);
  return {
    ...words.heard(),
    ms: lifeOf(state),
    end: isOver ? endOf(state) : { is: "out-of-time", afterMs: withinMs },
  };
};

const State = z.object({
  OOMKilled: z.boolean(),
  ExitCode: z.number(),
  StartedAt: z.string(),
  FinishedAt: z.string(),
});
const Ended = z.object({ State });

const stateOf = async (container: Docker.Container): Promise<z.infer<typeof State>> =>
  Ended.parse(await container.inspect()).State;

/** The engine hears of the kernel's kill beside the end that it brought about, and perhaps after it. */
const stateOnceFlagged = async (container: Docker.Container): Promise<z.infer<typeof State>> => {
  const deadline = Date.now() + FLAG_WITHIN_MS;
  for (;;) {
    const state = await stateOf(container);
    if (state.ExitCode !== SIGKILLED || state.OOMKilled || Date.now() > deadline) return state;
    await delay(FLAG_AGAIN_MS);
  }
};

const endOf = ({ OOMKilled, ExitCode }: z.infer<typeof State>): TestEnd =>
  OOMKilled && ExitCode !== 0
    ? { is: "out-of-memory", limitBytes: MEMORY_BYTES }
    : { is: "exited", code: ExitCode };

const lifeOf = ({ StartedAt, FinishedAt }: z.infer<typeof State>): number =>
  Math.max(0, Date.parse(FinishedAt) - Date.parse(StartedAt));

/** A command that the image does not have (400), an image that the engine does not have (404): the test's own fault. */
const refusalOrThrow = (error: unknown): { said: string } => {
  if (![400, 404].includes(statusOf(error) ?? 0)) throw error;
  return { said: wordsOf(error) };
};

const unstarted = (said: string): TrialRun => ({
  end: { is: "unstarted", said },
  ms: 0,
  stdout: [],
  lines: [],
});

const gone = (task: string, cause?: unknown): Fault =>
  new Fault(
    "engine",
    `The task ${task} ended before a test could run beside it`,
    "See whether something else works on this stack, and run again.",
    cause,
  );

/** What is on another node this engine gives nobody a way into. */
export const outOfReach = ({ task, node }: TaskPlace): Fault =>
  new Fault(
    "engine",
    `The task ${task} is out of reach of backups and of the recipe's own tests: it is not on this node (it is on node ${node})`,
    "Let the app run on the node that DOCKER_HOST names, by a placement constraint or by draining the other nodes.",
  );

/** 409: it ended, or is being removed, by itself. */
const unlessGone = (error: unknown): void => {
  if (!isMissing(error) && statusOf(error) !== 409) throw error;
};
