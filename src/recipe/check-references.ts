/**
 * What `docker stack config` lets pass and `docker stack deploy` stumbles over half-way, with part of the stack created: a
 * service that uses a network, volume, secret or config which no file declares, and an external config under the stack's own
 * name, which nothing makes.
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

/** External secrets of that kind are made for the run; for configs there is no such custom, and no content. */
export const checkExternalConfigs = (
  config: StackConfig,
  stack: string,
  sources: Sources,
): Complaint | null => {
  const lost = config.externalConfigs.find(({ name }) => name.startsWith(`${stack}_`));
  if (!lost) return null;
  const reason = `the config ${lost.key} is external, so nothing makes ${lost.name}: give it a \`file\``;
  return placed(readSources(sources), `configs.${lost.key}.external`, reason);
};
