/**
 * Turns what the docker CLI prints about compose files into file, line and reason. Its message seldom names the file and
 * for YAML errors often the wrong line, so the place is looked up in the files themselves.
 * Invariant: a reason shows no absolute path of our host. A message that is not known keeps its words, and no line.
 * Messages: each is recorded from docker CLI 28.2.2; "undefined …" is from `docker stack deploy`, which alone checks it.
 */
import { isMap, isScalar, isSeq } from "yaml";
import { brokenOf, readSources } from "./check-sources.ts";
import type { Complaint, Sources } from "./complaint.ts";
import { forbiddenProperty, mismatchedVersion, placed, unknownVersion, unreadable } from "./place.ts";
import type { Found, Source } from "./yaml-source.ts";

/** The recipe's own text comes back in a message, at any length. */
const longestMessage = 4000;

/**
 * `stderr` is what `docker stack config` or `docker stack deploy` printed before it failed. `envLines` are the lines of
 * `.env.sample`, where COMPOSE_FILE names the files.
 */
export function locateComplaint(
  stderr: string,
  sources: Sources,
  envLines: ReadonlyMap<string, number> = new Map(),
): Complaint {
  const message = stderr
    .split(/\r?\n/)
    .filter((line) => !/^(Ignoring |Since --|WARN|time=)/i.test(line))
    .join("\n")
    .trim()
    .slice(0, longestMessage);
  const files = readSources(sources);
  for (const { says, complain } of patterns) {
    const groups = says
      .exec(message)
      ?.slice(1)
      .map((group) => group ?? "");
    const complaint = groups === undefined ? null : complain(groups, files, envLines);
    if (complaint !== null) return complaint;
  }
  const reason =
    message === "" ? "docker refused the compose files and gave no reason" : withoutPaths(message);
  return { file: files[0]?.file ?? "compose.yml", line: null, reason };
}

type Pattern = {
  says: RegExp;
  complain: (
    groups: readonly string[],
    sources: readonly Source[],
    envLines: ReadonlyMap<string, number>,
  ) => Complaint | null;
};

const patterns: readonly Pattern[] = [
  {
    says: /^yaml: (.+)$/s,
    complain: ([said = ""], sources) => sources.flatMap(brokenOf)[0] ?? notYaml(said, sources),
  },
  {
    says: /^(?:\(root\)|(\S+)) Additional property (.+) is not allowed$/m,
    complain: ([path = "", key = ""], sources) =>
      placed(
        sources,
        path === "" ? key : `${path}.${key}`,
        `${path || "top level"}: property \`${key}\` is not allowed`,
      ),
  },
  {
    says: /^invalid interpolation format for (\S+): "(required variable (\w+) .*)"; you may/s,
    complain: ([path = "", said = "", name = ""], sources) =>
      placed(
        sources,
        path,
        `${path}: ${said}`,
        (text) => text.includes(`\${${name}:?`) || text.includes(`\${${name}?`),
      ),
  },
  {
    says: /^invalid interpolation format for (\S+): "(.*)"; you may/s,
    complain: ([path = "", said = ""], sources) =>
      placed(sources, path, `${path}: docker cannot interpolate "${said}"`, (text) => text === said),
  },
  {
    says: /^error while interpolating (\S+): failed to cast to expected type: (.+)$/s,
    complain: ([path = "", said = ""], sources) =>
      placed(sources, path, `${path}: wrong type after interpolation: ${said}`),
  },
  {
    says: /^(?:service (\S+): |service "(.+?)" refers to )undefined (network|volume|secret|config) "?([^":\s]+)"?/m,
    complain: ([plain = "", quoted = "", kind = "", name = ""], sources) => {
      const fits = (text: string): boolean => text === name || text.startsWith(`${name}:`);
      const reason = `service ${plain || quoted} uses the ${kind} "${name}", which no file declares`;
      return placed(sources, `services.${plain || quoted}.${kind}s`, reason, fits);
    },
  },
  {
    says: /^conflicting parameters "external" and "(\w+)" specified for (\w+) "(.+)"$/m,
    complain: ([key = "", kind = "", name = ""], sources) =>
      placed(
        sources,
        `${kind}s.${name}.${key}`,
        `${kind} "${name}" is external, so \`${key}\` cannot be set`,
      ),
  },
  {
    says: /^((network|volume|secret|config) (\S+): .+ conflict; .+)$/m,
    complain: ([said = "", kind = "", name = ""], sources) => placed(sources, `${kind}s.${name}`, said),
  },
  {
    says: /^version mismatched between two composefiles : (\S+) and (\S+)$/m,
    complain: ([first = "", other = ""], sources) => mismatchedVersion(sources, first, other),
  },
  {
    says: /^unsupported Compose file version: (\S+)$/m,
    complain: ([version = ""], sources) => unknownVersion(sources, version),
  },
  {
    says: /^top-level object must be a mapping$/m,
    complain: (_, sources) => {
      const guilty = sources.find(({ document }) => !isMap(document?.contents));
      return guilty === undefined
        ? null
        : { file: guilty.file, line: 1, reason: "the file is not a mapping" };
    },
  },
  {
    says: /^(?:Configuration contains forbidden properties|Compose file contains unsupported options)/m,
    complain: (_, sources) => forbiddenProperty(sources),
  },
  {
    says: /^(?:open|read|stat|lstat) (.+): (no such file or directory|is a directory)$/m,
    complain: ([path = "", said = ""], sources, envLines) => unreadable(path, said, sources, envLines),
  },
  {
    says: /^invalid env file \((.+)\): (.+)$/m,
    complain: ([path = "", said = ""], sources, envLines) => unreadable(path, said, sources, envLines),
  },
  {
    says: /^error decoding '[^']+': (invalid spec: (.+): [^:]+|.+: '(.+)')$/m,
    complain: ([said = "", spec = "", value = ""], sources) =>
      placed(sources, "services", said, (text) => text === (spec || value)),
  },
  {
    says: /^((?:version|services|networks|volumes|secrets|configs)(?:\.\S+)?) (.+)$/m,
    complain: ([path = "", said = ""], sources) =>
      placed(sources, path, `${path} ${said.replace(`${path} `, "")}`, undefined, violates(said)),
  },
];

/** Docker merges files, each one checked before; of several that hold a path, the guilty one has the wrong kind there. */
function violates(said: string): (found: Found) => boolean {
  if (said.includes("must be a mapping")) return ({ node }) => !isMap(node) && !isSeq(node);
  if (said.includes("must be a list")) return ({ node }) => !isSeq(node);
  if (said.includes("must be a string"))
    return ({ node }) => !isScalar(node) || typeof node.value !== "string";
  if (said.includes("must be a integer"))
    return ({ node }) => !isScalar(node) || typeof node.value !== "number";
  return () => false;
}

/** Docker's line is that of some context, so it is passed on as docker's word and not as the place. */
const notYaml = (said: string, sources: readonly Source[]): Complaint => {
  const [only] = sources.length === 1 ? sources : [];
  return {
    file: (only ?? sources[0])?.file ?? "compose.yml",
    line: null,
    reason: `not valid YAML: ${said.trim()}`,
  };
};

/** Any absolute path in a message that we do not know is cut down to its last part. */
const withoutPaths = (message: string): string =>
  message.replaceAll(/(?<![\w.)}\]:])\/(?:[^\s/:'"()]+\/)+/g, "");
