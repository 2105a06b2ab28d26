#!/usr/bin/env node
/**
 * `testme` in a terminal: finds the command, and turns what it throws into words and an exit code. A command is loaded only
 * when it is asked for, so one that needs no engine loads none.
 */
import { type Command, EXIT, Unusable, Usage } from "./cli/command.ts";
import { WrongSettings } from "./config.ts";
import { asFault } from "./verdict/fault.ts";

const COMMANDS: Readonly<Record<string, () => Promise<Command>>> = {
  run: async () => (await import("./cli/run.ts")).run,
  explain: async () => (await import("./cli/explain.ts")).explain,
  audit: async () => (await import("./cli/audit.ts")).audit,
  selfcheck: async () => (await import("./cli/selfcheck.ts")).selfcheck,
};

const loaderOf = (name: string | undefined) =>
  name !== undefined && Object.hasOwn(COMMANDS, name) ? COMMANDS[name] : undefined;

const usageOf = async (name: string | undefined): Promise<string> => {
  const asked = loaderOf(name);
  const commands = await Promise.all((asked ? [asked] : Object.values(COMMANDS)).map((load) => load()));
  return commands.map((command) => command.usage).join("\n\n");
};

const start = async (name: string | undefined, args: readonly string[]): Promise<number> => {
  if (name === undefined) throw new Usage("Say what to do.");
  if ([name, ...args].some((arg) => arg === "--help" || arg === "-h")) {
    console.log(await usageOf(name));
    return EXIT.ok;
  }
  const load = loaderOf(name);
  if (!load) throw new Usage(`There is no command ${JSON.stringify(name)}.`);
  return (await load()).start(args);
};

const main = async (): Promise<number> => {
  const [name, ...args] = process.argv.slice(2);
  try {
    return await start(name, args);
  } catch (error) {
    if (error instanceof Usage) {
      console.error(`${error.message}\n\n${await usageOf(name)}`);
      return EXIT.usage;
    }
    if (error instanceof WrongSettings || error instanceof Unusable) {
      console.error(error.message);
      return EXIT.usage;
    }
    const fault = asFault(error);
    console.error(`${fault.message}\n${fault.mend}`);
    return EXIT.fault;
  }
};

process.exitCode = await main();
