/** Tells when the engine has taken the spec of every service, from what the recorder notes: each version moved once. */
import type { Observation } from "../src/verdict/observation.ts";

export const takenWatch = (services: readonly string[]) => {
  const left = new Set(services);
  const versions = new Map<string, number>();
  let resolve: () => void = () => undefined;
  const all = new Promise<void>((done) => {
    resolve = done;
  });
  return {
    all,
    see(observation: Observation): void {
      if (observation.is === "before")
        for (const service of observation.services) versions.set(service.name, service.version);
      if (observation.is !== "service") return;
      const { name, version } = observation.service;
      if (versions.get(name) !== version) left.delete(name);
      if (left.size === 0) resolve();
    },
  };
};
