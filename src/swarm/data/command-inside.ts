/**
 * Runs a command in a task's own container, by its shell and as its image's user, as a backup tool runs a recipe's hooks. What
 * does not end in time is left running: the engine can end no such command, and the container goes with the run.
 */
import { finished } from "node:stream/promises";
import { setTimeout as delay } from "node:timers/promises";
import type Docker from "dockerode";
import * as z from "zod";
import { endsWithin } from "../ends-within.ts";
import { isMissing, statusOf, wordsOf } from "../engine-fault.ts";
import type { Command, CommandRun } from "../swarm.ts";
import { hearing } from "../trial-output.ts";

/** How the engine tells of a shell that the image does not have. */
const NOT_FOUND = 127;
const LOOK_EVERY_MS = 100;

/** `waiting`: a client that bears with silence. Null where the container runs no more before the command began. */
export const runInside = async (
  waiting: Docker,
  { inside, command, withinMs }: Command,
  signal: AbortSignal,
): Promise<CommandRun | null> => {
  signal.throwIfAborted();
  const container = waiting.getContainer(inside.container);
  const exec = await container
    .exec({ Cmd: ["sh", "-c", command], AttachStdout: true, AttachStderr: true })
    .catch(nullIfGone);
  if (exec === null) return null;
  const words = hearing();
  const over = new AbortController();
  try {
    const output = await exec.start({});
    waiting.modem.demuxStream(output, words.stdout, words.stderr);
    const ended = finished(output).then(() => endOf(container, exec, over.signal));
    const isOver = await endsWithin(ended, withinMs, signal).finally(() => {
      over.abort();
      output.destroy();
    });
    const end = isOver ? await ended : ({ is: "out-of-time", afterMs: withinMs } as const);
    return { end, ...words.heard() };
  } catch (error) {
    if (statusOf(error) === 400)
      return { end: { is: "exited", code: NOT_FOUND }, stdout: [], lines: [wordsOf(error)] };
    return nullIfGone(error);
  }
};

/** 409: it is stopped, or paused. */
const nullIfGone = (error: unknown): null => {
  if (isMissing(error) || statusOf(error) === 409) return null;
  throw error;
};

const Exec = z.object({ Running: z.boolean(), ExitCode: z.number().nullable() });
const State = z.object({
  State: z.object({ Running: z.boolean(), OOMKilled: z.boolean(), ExitCode: z.number() }),
});

/** Its words end a moment before the engine knows its code. */
const endOf = async (
  container: Docker.Container,
  exec: Docker.Exec,
  signal: AbortSignal,
): Promise<CommandRun["end"]> => {
  for (;;) {
    const found = await Promise.all([exec.inspect(), container.inspect()]).catch(nullIfGone);
    if (found === null) return { is: "died", said: "its container is gone" };
    const [{ Running, ExitCode }, { State: state }] = [Exec.parse(found[0]), State.parse(found[1])];
    if (!state.Running) return { is: "died", said: lastWord(state) };
    if (!Running && ExitCode !== null) return { is: "exited", code: ExitCode };
    await delay(LOOK_EVERY_MS, undefined, { signal });
  }
};

const lastWord = ({ OOMKilled, ExitCode }: z.infer<typeof State>["State"]): string =>
  `exit code ${ExitCode}${OOMKilled ? ", killed for want of memory" : ""}`;
