/**
 * Where in a recipe's files a known wrong stands. Invariant: where the place is not sure, the line is null and not a
 * guess; and a file goes by the name that the recipe gives it, never by its path on our host.
 */
import { isMap, isScalar } from "yaml";
import type { Complaint } from "./complaint.ts";
import { type Found, findScalar, follow, type Source } from "./yaml-source.ts";

/** The reason, at the path, in the file that holds most of it; at the scalar below it that fits, where one does. */
export function placed(
  sources: readonly Source[],
  path: string,
  reason: string,
  fits: (text: string) => boolean = () => false,
  isSuspect: (found: Found) => boolean = () => false,
): Complaint {
  const places = sources.map((source) => ({ source, found: follow(source, path) }));
  for (const { source, found } of places) {
    const scalar = found.isWhole ? findScalar(found.node, fits) : null;
    if (scalar !== null) return { file: source.file, line: source.lineAt(scalar.node), reason };
  }
  const best =
    places.find(({ found }) => found.isWhole && isSuspect(found)) ??
    places.toSorted(
      (a, b) => Number(b.found.isWhole) - Number(a.found.isWhole) || b.found.depth - a.found.depth,
    )[0];
  const file = best?.source.file ?? "compose.yml";
  return { file, line: best === undefined || best.found.depth === 0 ? null : best.found.line, reason };
}

/** Absent and `3` mean 3.13 to docker. */
function versionOf(source: Source): string {
  const { node, isWhole } = follow(source, "version");
  return isWhole && isScalar(node) && node.value !== "3" ? String(node.value) : "3.13";
}

/** Docker compares each file's version with the first one's. */
export function mismatchedVersion(sources: readonly Source[], first: string, other: string): Complaint {
  const guilty = sources.filter((source) => versionOf(source) === other);
  const [here, before] = [guilty[0], sources[0]].map(
    (source) => `${source?.file ?? "a file"} ${hasVersion(source)}`,
  );
  const reason = `${here}${other}, but ${before}${first}: docker merges only files of one version`;
  return placed(guilty, "version", reason);
}

const hasVersion = (source: Source | undefined): string =>
  source === undefined || follow(source, "version").isWhole
    ? "has version "
    : "has no `version`, which docker takes for ";

export function unknownVersion(sources: readonly Source[], version: string): Complaint {
  const guilty = sources.filter((source) => versionOf(source) === version);
  return placed(guilty, "version", `docker stack knows no compose file version ${version}`);
}

const forbidden = [
  "extends",
  "volume_driver",
  "volumes_from",
  "cpu_quota",
  "cpu_shares",
  "cpuset",
  "mem_limit",
  "memswap_limit",
];

export function forbiddenProperty(sources: readonly Source[]): Complaint | null {
  for (const source of sources) {
    const { node } = follow(source, "services");
    if (!isMap(node)) continue;
    for (const { key: service } of node.items) {
      const property = forbidden.find(
        (name) => follow(source, `services.${String(service)}.${name}`).isWhole,
      );
      if (property === undefined) continue;
      const path = `services.${String(service)}.${property}`;
      return placed([source], path, `${path}: docker stack does not support \`${property}\``);
    }
  }
  return null;
}

const baseName = (path: string): string => path.slice(path.lastIndexOf("/") + 1);

/** A file that docker could not read, called what the recipe calls it, or by its last part alone. */
export function unreadable(
  path: string,
  said: string,
  sources: readonly Source[],
  envLines: ReadonlyMap<string, number>,
): Complaint {
  const name = baseName(path);
  for (const source of sources) {
    const scalar = findScalar(source.document?.contents, (text, isKey) => !isKey && baseName(text) === name);
    if (scalar === null) continue;
    return { file: source.file, line: source.lineAt(scalar.node), reason: `${scalar.text}: ${said}` };
  }
  const line = envLines.get("COMPOSE_FILE");
  const reason = `${path.startsWith("/") ? name : path}: ${said}`;
  return line === undefined
    ? { file: reason.slice(0, reason.indexOf(":")), line: null, reason }
    : { file: ".env.sample", line, reason: `COMPOSE_FILE names ${reason}` };
}
