/** The stack that a run has on the engine: its name, and the app domain that locks it. */
import { createHash } from "node:crypto";
import { appDomain, besideDomain, stackName } from "../recipe/domain.ts";
import type { Run } from "../run/run.ts";
import type { Stack } from "../swarm/swarm.ts";

const sha256 = (text: string): string => createHash("sha256").update(text).digest("hex");

export const stackOf = ({ id, recipe, head, source }: Run, baseDomain: string): Stack => {
  const pull = source.is === "pull-request" ? source.number : id;
  const domain = appDomain({ recipe, pull, head, base: baseDomain }, sha256);
  return { name: stackName(domain), appDomain: domain };
};

/** What stands beside a run's stack has a name and a domain of its own, and is locked by the run's app domain. */
export const dependencyOf = (
  { appDomain: locked }: Stack,
  name: string,
): { stack: Stack; domain: string } => {
  const domain = besideDomain(name, locked, sha256);
  return { stack: { name: stackName(domain), appDomain: locked }, domain };
};
