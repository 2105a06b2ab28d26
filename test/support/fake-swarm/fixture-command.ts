/**
 * What a test's command comes to on the fake engine. It has no shell, and knows three commands that stand in for one, each as
 * `/bin/sh -c <words>`: `exit <code>`, `echo <word>; exit <code>`, and `sleep <seconds>`.
 */
import type { Trial, TrialRun } from "../../../src/swarm/swarm.ts";

const TOOK_MS = 20;

export const runOf = ({
  image,
  command,
  withinMs,
}: Pick<Trial, "image" | "command" | "withinMs">): TrialRun => {
  const words = command.at(-1) ?? "";
  const [, said, code] = /^(?:echo '?([^;']*)'?; )?exit (\d+)$/.exec(words) ?? [];
  const lines = said === undefined ? [] : said.split("\\n");
  if (code !== undefined)
    return { end: { is: "exited", code: Number(code) }, ms: TOOK_MS, stdout: lines, lines };
  const sleeps = Number(/^sleep (\d+)$/.exec(words)?.[1] ?? Number.NaN) * 1_000;
  if (sleeps > withinMs)
    return { end: { is: "out-of-time", afterMs: withinMs }, ms: withinMs, stdout: [], lines: [] };
  if (sleeps >= 0) return { end: { is: "exited", code: 0 }, ms: sleeps, stdout: [], lines: [] };
  const said127 = `the fake engine has no ${words} in ${image}`;
  return { end: { is: "exited", code: 127 }, ms: TOOK_MS, stdout: [], lines: [said127] };
};
