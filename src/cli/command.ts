/**
 * What each command of the terminal is: its usage text, and a function from its arguments to an exit code. What goes wrong is
 * thrown; src/cli.ts alone turns it into words and a code.
 */
import { type ParseArgsConfig, parseArgs } from "node:util";

/** Stacks from a terminal are nobody's to sweep: the run that made them takes them away. */
export const TERMINAL = "a terminal";

export type Command = {
  usage: string;
  /** Takes what stands after the command's own name. */
  start: (args: readonly string[]) => Promise<number>;
};

/** The person typed something that cannot be done; the usage text follows. */
export class Usage extends Error {}
/** What was typed is right, and what it names cannot be used; the message says the way out. */
export class Unusable extends Error {}

export const EXIT = { ok: 0, finding: 1, fault: 2, usage: 3 } as const;

/** Node's own parser; what it objects to is wrong usage. */
export const readArgs = <T extends NonNullable<ParseArgsConfig["options"]>>(
  args: readonly string[],
  options: T,
) => {
  try {
    return parseArgs({ args: [...args], allowPositionals: true, options });
  } catch (error) {
    throw new Usage(error instanceof Error ? error.message : String(error));
  }
};
