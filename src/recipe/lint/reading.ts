/** A recipe as the rules look at it: its files parsed once, and what several rules ask of them. */
import { parseAbraExports } from "../abra-sh.ts";
import { readSources } from "../check-sources.ts";
import { type EnvFile, parseEnvFile } from "../env-file.ts";
import { isName } from "../variable.ts";
import type { LintRemark } from "./remark.ts";
import type { LintSubject } from "./subject.ts";
import { at, type Entry, entriesOf, inside, rootOf, type Written } from "./written.ts";

export type Reading = LintSubject & {
  /** Each compose file from its root, in merge order. */
  compose: readonly Written[];
  /** Each service, as each file that speaks of it writes it. */
  services: ReadonlyMap<string, readonly Written[]>;
  /** Null where the recipe has no .env.sample. */
  env: EnvText | null;
  /** Names that abra.sh exports, whether their values can be told or not. */
  exported: ReadonlySet<string>;
};

export type EnvText = EnvFile & {
  /** All names, those that are commented out too, with the first line of each. */
  named: ReadonlyMap<string, number>;
};

export const ENV_SAMPLE = ".env.sample";
export const ABRA_SH = "abra.sh";
export const README = "README.md";

export const readingOf = (subject: LintSubject): Reading => {
  const compose = readSources(subject.sources).map(rootOf);
  const env = subject.files.get(ENV_SAMPLE);
  return {
    ...subject,
    compose,
    services: partsOf(compose, "services"),
    env: env === undefined ? null : { ...parseEnvFile(env), named: namedIn(env) },
    exported: exportedBy(subject.files.get(ABRA_SH) ?? ""),
  };
};

/** Everything of a section (`services`, `configs` …) by its key, as each file writes it. */
export const partsOf = (compose: readonly Written[], section: string): Map<string, Written[]> => {
  const parts = new Map<string, Written[]>();
  for (const root of compose) {
    const written = at(root, section);
    for (const [key, part] of written ? inside(written) : []) {
      const earlier = parts.get(key);
      if (earlier) earlier.push(part);
      else parts.set(key, [part]);
    }
  }
  return parts;
};

/** `#EXTRA_DOMAINS=…` names a variable as well: it says that there is one to set. */
const namedIn = (text: string): Map<string, number> => {
  const named = new Map<string, number>();
  for (const [index, line] of text.split(/\r\n|\n|\r/).entries()) {
    const name = /^[\s#]*(?:export\s+)?(\w+)\s*=/.exec(line)?.[1] ?? "";
    if (isName(name) && !named.has(name)) named.set(name, index + 1);
  }
  return named;
};

const exportedBy = (text: string): Set<string> =>
  new Set([
    ...parseAbraExports(text).keys(),
    ...[...text.matchAll(/^export\s+([A-Za-z_]\w*)=/gm)].map(([, name = ""]) => name),
  ]);

export const deployLabels = (parts: readonly Written[]): Entry[] =>
  parts.flatMap((part) => entriesOf(at(part, "deploy", "labels")));

/** Of several entries with one key the last counts. */
export const byKey = (entries: readonly Entry[]): Map<string, Entry> =>
  new Map(entries.map((entry) => [entry.key, entry]));

/** At what is written; of several files the last speaks. */
export const remarkOn = (parts: readonly Written[], keys: readonly string[], message: string): LintRemark =>
  remarkAt(parts.toReversed(), keys, message);

/** Where what is missing belongs: in the first file that speaks of the service. */
export const remarkBeside = (
  parts: readonly Written[],
  keys: readonly string[],
  message: string,
): LintRemark => remarkAt(parts, keys, message);

/** At the path, or at as much of it as there is. */
const remarkAt = (parts: readonly Written[], keys: readonly string[], message: string): LintRemark => {
  for (let depth = keys.length; depth >= 0; depth--)
    for (const part of parts) {
      const found = at(part, ...keys.slice(0, depth));
      if (found) return { file: found.file, line: found.line, message };
    }
  return { file: "compose.yml", line: null, message };
};

export const partsOfService = ({ services }: Reading, service: string): readonly Written[] =>
  services.get(service) ?? [];

export const remarkOnEntry = ({ file, line }: Entry, message: string): LintRemark => ({
  file,
  line,
  message,
});

/** `coop-cloud.${STACK_NAME}.version`, however the stack is written. */
export const isAbraLabel = (key: string, name: string, stack: string): boolean =>
  [`\${STACK_NAME}`, "$STACK_NAME", stack].some((written) => key === `coop-cloud.${written}.${name}`);

/** Services that a proxy is told of, and their traefik labels. */
export const routedServices = ({ services }: Reading): [string, Map<string, Entry>][] =>
  [...services].flatMap(([name, parts]): [string, Map<string, Entry>][] => {
    const labels = byKey(deployLabels(parts).filter(({ key }) => key.startsWith("traefik.")));
    return labels.size === 0 || labels.get("traefik.enable")?.value === "false" ? [] : [[name, labels]];
  });
