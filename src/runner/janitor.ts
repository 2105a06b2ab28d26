/**
 * Takes away what no living run will: a stack of ours whose run is over, or is none of which the store knows. It asks for the
 * app domain's lock like everybody else, and looks again once it has it. A stack that does not say that it is ours is not
 * seen at all.
 */
import type { Run } from "../run/run.ts";
import type { Store } from "../store/store.ts";
import type { Swarm } from "../swarm/swarm.ts";
import type { AppDomainLock } from "./app-domain-lock.ts";
import { type Hourly, hourly } from "./hourly.ts";

const SELF = "the janitor";

type Ports = {
  swarm: Pick<Swarm, "ownStacks" | "removeStack" | "removeStrays">;
  /** What was made before then, outside of any stack, is nobody's any more. */
  strayBefore: () => Date;
  store: Pick<Store, "openRuns">;
  lock: AppDomainLock;
  log: (error: unknown, stack: string | null) => void;
};

/** Resolves when it has looked at all there is; returns the names of the stacks that it took away. */
export const sweep = async ({ swarm, strayBefore, store, lock, log }: Ports): Promise<string[]> => {
  await swarm.removeStrays(strayBefore());
  const isOrphan = async (runId: Run["id"]) => !(await store.openRuns()).some(({ run }) => run.id === runId);
  const swept: string[] = [];
  for (const { stack, run } of await swarm.ownStacks()) {
    if (!(await isOrphan(run))) continue;
    // Whoever holds it clears the domain, or is about to.
    const lease = await lock.tryAcquire(stack.appDomain, SELF);
    if (!lease) continue;
    try {
      const isThere = (await swarm.ownStacks()).some(
        (now) => now.stack.name === stack.name && now.run === run,
      );
      if (!isThere || !(await isOrphan(run))) continue;
      await swarm.removeStack(lease, stack);
      swept.push(stack.name);
    } catch (error) {
      log(error, stack.name);
    } finally {
      await lease.release();
    }
  }
  return swept;
};

/** Now, and again each hour, until the signal. An engine that is away is looked at an hour later. */
export const sweepRegularly = (ports: Ports, signal: AbortSignal): Hourly =>
  hourly(
    () =>
      sweep(ports).then(
        () => undefined,
        (error: unknown) => ports.log(error, null),
      ),
    signal,
  );
