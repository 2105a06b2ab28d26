/**
 * The limits that a bot lends to services that set none of their own: as much of its host as a test may take when the recipe says
 * nothing. Invariant: what a recipe sets is never changed, and what is lent is never less than what it reserves.
 */
import { fieldsOf, isThere, readAsked, textOf } from "./asked.ts";
import type { RecipePolicy } from "./policy.ts";

/** Of one task: bytes, CPUs, processes with their threads. */
export type Limits = { memoryBytes: number; cpus: number; pids: number };
/** By a service's name in the files; a service that sets all of them is not there. */
export type Lent = Readonly<Record<string, Partial<Limits>>>;

type Most = Pick<RecipePolicy, "defaults" | "maxMemoryBytes" | "maxCpus">;
/** `cpus`: of the smallest node, as an engine refuses a limit above its own. `pids`: whether the deployer can set that limit. */
type Can = { cpus: number; pids: boolean };

/** `yaml` is what `docker stack config` printed. */
export const lentTo = (yaml: string, { defaults, maxMemoryBytes, maxCpus }: Most, can: Can): Lent => {
  const asked = readAsked(yaml, { stack: "", directory: "", domain: "" });
  return Object.fromEntries(
    asked.services.flatMap(({ name, deploy }) => {
      const { limits, reservations } = fieldsOf(deploy.resources);
      const [own, reserved] = [fieldsOf(limits), fieldsOf(reservations)];
      const lend = (key: string, amount: number | null, most: number | null) => {
        // Zero is Swarm's word for no limit.
        if (amount === null || (isThere(own[key]) && Number(textOf(own[key])) !== 0)) return null;
        return Math.max(Math.min(amount, most ?? amount), Number(textOf(reserved[key]) || 0));
      };
      const memoryBytes = lend("memory", defaults.memoryBytes, maxMemoryBytes);
      const cpus = lend("cpus", defaults.cpus, Math.min(can.cpus, maxCpus ?? can.cpus));
      const pids = can.pids ? lend("pids", defaults.pids, null) : null;
      const lent: Partial<Limits> = {
        ...(memoryBytes !== null && { memoryBytes }),
        ...(cpus !== null && { cpus }),
        ...(pids !== null && { pids }),
      };
      return Object.keys(lent).length === 0 ? [] : [[name, lent]];
    }),
  );
};

/** As `deploy.resources.limits` of a compose file has it. */
export const limitsField = ({
  memoryBytes,
  cpus,
  pids,
}: Partial<Limits>): Record<string, string | number> => ({
  ...(memoryBytes !== undefined && { memory: String(memoryBytes) }),
  ...(cpus !== undefined && { cpus: String(cpus) }),
  ...(pids !== undefined && { pids }),
});
