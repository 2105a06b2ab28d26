/**
 * The secrets that a recipe expects to find: external ones under its stack's own name. Each is made anew for a run, as
 * long as the trailing comment of its `SECRET_<NAME>_VERSION` asks.
 */
import type { Annotation } from "./env-file.ts";
import type { StackConfig } from "./stack-config.ts";

export type WantedSecret = { name: string; length: number };
const DEFAULT_LENGTH = 32;

export const secretsToMake = (
  config: StackConfig,
  stack: string,
  annotations: ReadonlyMap<string, Annotation>,
): WantedSecret[] =>
  config.externalSecrets
    .filter((name) => name.startsWith(`${stack}_`))
    .map((name) => {
      const plain = name.slice(stack.length + 1).replace(/_[^_]*$/, "");
      const key = `SECRET_${plain.toUpperCase().replaceAll("-", "_")}_VERSION`;
      return { name, length: annotations.get(key)?.length ?? DEFAULT_LENGTH };
    });
