/**
 * What `docker stack config` lets pass and `docker stack deploy` stumbles over half-way, with part of the stack created: a
 * service that uses a network, volume, secret or config which no file declares, and a config or secret whose file is not
 * in the recipe. A file outside the recipe is refused as well: it would be one of the host's.
 */
import { readSources } from "./check-sources.ts";
import type { Complaint, Sources } from "./complaint.ts";
import { placed } from "./place.ts";
import type { StackConfig } from "./stack-config.ts";

export const checkReferences = (config: StackConfig, sources: Sources): Complaint | null => {
  const lost = config.references.find(({ kind, name }) => !config.declared.has(`${kind} ${name}`));
  if (!lost) return null;
  const { service, kind, name } = lost;
  const reason = `service ${service} uses the ${kind} "${name}", which no file declares`;
  const fits = (text: string) => text === name || text.startsWith(`${name}:`);
  return placed(readSources(sources), `services.${service}.${kind}s`, reason, fits);
};

/** `has` tells whether the recipe has a file of that path, relative to its own folder. */
export const checkFiles = async (
  config: StackConfig,
  sources: Sources,
  directory: string,
  has: (path: string) => Promise<boolean>,
): Promise<Complaint | null> => {
  for (const { kind, name, file } of config.files) {
    const path = file.startsWith(`${directory}/`) ? file.slice(directory.length + 1) : null;
    if (path !== null && (await has(path))) continue;
    const reason =
      path === null
        ? `the ${kind} ${name} names a file outside the recipe`
        : `the ${kind} ${name} names the file ${path}, which the recipe does not have`;
    return placed(readSources(sources), `${kind}s.${name}.file`, reason);
  }
  return null;
};
