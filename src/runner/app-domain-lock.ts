/**
 * One lock per app domain, held from a run's first side effect to the end of its teardown. It hands out the only leases
 * there are; waiters get it in the order in which they asked.
 */
import { Lease } from "../run/lease.ts";
import { KeyedMutex } from "./keyed-mutex.ts";

export class AppDomainLock {
  readonly #mutex = new KeyedMutex();
  readonly #holders = new Map<string, string>();

  /** The run that holds the domain now, if one does. */
  holderOf(appDomain: string): string | null {
    return this.#holders.get(appDomain) ?? null;
  }

  async acquire(appDomain: string, runId: string): Promise<Lease> {
    const release = await this.#mutex.acquire(appDomain);
    this.#holders.set(appDomain, runId);
    return new Lease(appDomain, () => {
      this.#holders.delete(appDomain);
      release();
    });
  }
}
