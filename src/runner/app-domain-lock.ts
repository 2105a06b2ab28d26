/**
 * One lock per app domain, held from a run's first side effect to the end of its teardown. It hands out the only leases
 * there are; waiters get it in the order in which they asked.
 */
import { Mutex } from "async-mutex";
import { Lease } from "../run/lease.ts";

export class AppDomainLock {
  readonly #mutexes = new Map<string, Mutex>();
  readonly #holders = new Map<string, string>();

  /** The run that holds the domain now, if one does. */
  holderOf(appDomain: string): string | null {
    return this.#holders.get(appDomain) ?? null;
  }

  async acquire(appDomain: string, runId: string): Promise<Lease> {
    const mutex = this.#mutexes.get(appDomain) ?? new Mutex();
    this.#mutexes.set(appDomain, mutex);
    const release = await mutex.acquire();
    this.#holders.set(appDomain, runId);
    return new Lease(appDomain, () => {
      this.#holders.delete(appDomain);
      release();
      if (!mutex.isLocked()) this.#mutexes.delete(appDomain);
    });
  }
}
