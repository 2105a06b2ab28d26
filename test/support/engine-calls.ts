/** The calls that the bot needs of the engine, as deploy/engine-calls.json lists them. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import * as z from "zod";
import type { Call } from "./filtering-proxy.ts";

const Calls = z.array(
  z.strictObject({
    method: z.enum(["GET", "HEAD", "POST", "PUT", "DELETE"]),
    path: z.string().startsWith("/"),
    why: z.string(),
    /** Where it is needed, if not in every run. */
    when: z.string().optional(),
  }),
);
export type Needed = z.infer<typeof Calls>[number];

export const deployFile = (name: string): string => join(import.meta.dirname, "../../deploy", name);

export const neededCalls = (): readonly Needed[] =>
  Calls.parse(JSON.parse(readFileSync(deployFile("engine-calls.json"), "utf8")));

/** A name of an image has parts; anything else is one segment. None begins with a dot. */
const SEGMENT = "[A-Za-z0-9][A-Za-z0-9_.-]*";
const NAMES: Readonly<Record<string, string>> = { "{image}": `${SEGMENT}(?:[/:@]+${SEGMENT})*` };

/** A line of engine-calls.lst: a regular expression for `<method> <path>`, with any version of the API. */
export const lineOf = ({ method, path }: Needed): string => {
  const shape = path.replaceAll(/\{\w+\}/g, (name) => NAMES[name] ?? SEGMENT);
  return `^${method} (?:/v1\\.[0-9]+)?${shape}$`;
};

export const isOf =
  (needed: Needed) =>
  ({ method, path }: Call): boolean =>
    new RegExp(lineOf(needed)).test(`${method} ${path}`);
