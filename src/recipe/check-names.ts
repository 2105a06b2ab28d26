/**
 * Names that only the engine refuses, in the middle of a deploy: too long, or of characters that it does not take. The usual
 * one ends in `_`, because the variable that holds its version is set nowhere.
 */
import { readSources } from "./check-sources.ts";
import type { Complaint, Sources } from "./complaint.ts";
import { placed } from "./place.ts";
import { ownSecrets } from "./secrets.ts";
import type { Kind, StackConfig } from "./stack-config.ts";
import { variablesIn } from "./variable.ts";
import { textAt } from "./yaml-source.ts";

type Named = { kind: Kind | "service"; key: string; name: string };
type Rule = { longest: number; shape: RegExp; takes: string };

// The engine's own: configs and secrets may hold dots, what becomes a name in DNS may not.
const stored: Rule = {
  longest: 64,
  shape: /^[a-z0-9]([\w.-]*[a-z0-9])?$/i,
  takes: "letters, digits, `-`, `_` and `.`, with a letter or digit at both ends",
};
const inDns: Rule = {
  longest: 63,
  shape: /^[a-z0-9]([\w-]*[a-z0-9])?$/i,
  takes: "letters, digits, `-` and `_`, with a letter or digit at both ends",
};

export function checkNames(
  config: StackConfig,
  stack: string,
  values: ReadonlyMap<string, string>,
  sources: Sources,
): Complaint | null {
  for (const named of namesOf(config, stack)) {
    const { kind, key, name } = named;
    const wrong = whatIsWrong(name, kind === "secret" || kind === "config" ? stored : inDns);
    if (wrong === null) continue;
    const unset = rawNameOf(named, sources).filter((variable) => !values.get(variable));
    const because = unset.length === 0 ? "" : ` (${unset.join(", ")} is set nowhere)`;
    const path = `${kind}s.${key}`;
    const reason = `the ${kind} ${key} would be called ${name}${because}: ${wrong}`;
    return placed(readSources(sources), kind === "service" ? path : `${path}.name`, reason);
  }
  return null;
}

/** Volumes are left out: their names are the node's to judge, when a task starts. */
const namesOf = (config: StackConfig, stack: string): Named[] => [
  ...config.services.map(({ name }) => ({ kind: "service" as const, key: name, name: `${stack}_${name}` })),
  ...config.made.flatMap(({ kind, key, name }) =>
    kind === "volume" ? [] : [{ kind, key, name: name ?? `${stack}_${key}` }],
  ),
  ...ownSecrets(config, stack).map((secret) => ({ kind: "secret" as const, ...secret })),
];

function whatIsWrong(name: string, { longest, shape, takes }: Rule): string | null {
  if (name.length > longest) return `that is ${name.length} characters, and docker takes ${longest}`;
  return shape.test(name) ? null : `docker takes ${takes}`;
}

const rawNameOf = ({ kind, key }: Named, sources: Sources): string[] =>
  readSources(sources).flatMap((source) =>
    variablesIn(textAt(source, [`${kind}s`, key, "name"])?.text ?? ""),
  );
