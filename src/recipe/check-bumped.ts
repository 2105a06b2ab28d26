/**
 * A file that changed between base and head, while the config or secret that is made of it kept its name. Docker never
 * changes what it has stored under a name, so the upgrade would end half-way; the version in the name has to be raised.
 */
import { readSources } from "./check-sources.ts";
import type { Complaint, Sources } from "./complaint.ts";
import type { NamedFile } from "./named-files.ts";
import { placed } from "./place.ts";
import { variablesIn } from "./variable.ts";
import { textAt } from "./yaml-source.ts";

/** `sources` are the head's compose files. */
export function checkBumped(
  base: readonly NamedFile[],
  head: readonly NamedFile[],
  sources: Sources,
): Complaint | null {
  const stored = new Map(base.map((file) => [`${file.kind} ${file.name}`, file.text]));
  for (const { kind, key, name, file, text } of head) {
    const before = stored.get(`${kind} ${name}`);
    if (before === undefined || before === text) continue;
    const version = versionOf(kind, key, sources);
    const way =
      version === null
        ? `give it a \`name\` that ends in a version, e.g. \${STACK_NAME}_${key}_\${${key.toUpperCase().replaceAll(/\W/g, "_")}_VERSION}, and export that in abra.sh`
        : `raise ${version} in abra.sh`;
    const reason = `the ${kind} ${key} is still called ${name}, but its file ${file} changed, and docker never changes a ${kind} that it has: ${way}`;
    return placed(readSources(sources), `${kind}s.${key}.${version === null ? "file" : "name"}`, reason);
  }
  return null;
}

/** The variable of the name, as the files write it, that is not the stack's; the last one, which is where people put it. */
const versionOf = (kind: string, key: string, sources: Sources): string | null =>
  readSources(sources)
    .flatMap((source) => variablesIn(textAt(source, [`${kind}s`, key, "name"])?.text ?? ""))
    .filter((variable) => variable !== "STACK_NAME" && variable !== "DOMAIN")
    .at(-1) ?? null;
