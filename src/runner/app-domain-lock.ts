/**
 * One lock per app domain, held from a run's first side effect until its stack is gone. It hands out the only leases there
 * are. In this process the lock is a mutex; who holds it is kept in the store too, where the bots that share it see each other's.
 */
import pRetry from "p-retry";
import { Lease } from "../run/lease.ts";
import type { Store } from "../store/store.ts";
import { KeyedMutex } from "./keyed-mutex.ts";

type Owners = Pick<Store, "lock" | "unlock">;
/** For a process that shares the app domains of its engine with nobody. */
const ALONE: Owners = { lock: async () => true, unlock: async () => undefined };

export class AppDomainLock {
  readonly #mutex = new KeyedMutex();
  readonly #owners: Owners;
  readonly #onFree: () => void;

  /** `onFree` is called after each release. */
  constructor(owners: Owners = ALONE, onFree: () => void = () => undefined) {
    this.#owners = owners;
    this.#onFree = onFree;
  }

  /** Null where somebody holds it, in this process or in another. */
  async tryAcquire(appDomain: string, holder: string): Promise<Lease | null> {
    const free = await this.#mutex.tryAcquire(appDomain);
    return free && this.#lease(appDomain, holder, free);
  }

  /** Waits for whoever holds it in this process, first come first served; another process must not hold it. */
  async acquire(appDomain: string, holder: string): Promise<Lease> {
    const lease = await this.#lease(appDomain, holder, await this.#mutex.acquire(appDomain));
    if (!lease) throw new Error(`${appDomain} is held by another process`);
    return lease;
  }

  async #lease(appDomain: string, holder: string, free: () => void): Promise<Lease | null> {
    const isOurs = await this.#owners.lock(appDomain, holder).catch((error: unknown) => {
      free();
      throw error;
    });
    if (!isOurs) free();
    if (!isOurs) return null;
    return new Lease(appDomain, holder, () => this.#unlock(appDomain, holder, free));
  }

  /** Where the store fails it is tried again, and the lock is held until then: what stays stored would keep everybody out for good. */
  async #unlock(appDomain: string, holder: string, free: () => void): Promise<void> {
    const unlock = async () => {
      await this.#owners.unlock(appDomain, holder);
      free();
      this.#onFree();
    };
    await unlock().catch((error: unknown) => {
      const endlessly = { retries: Number.POSITIVE_INFINITY, maxTimeout: 60_000, unref: true };
      void pRetry(unlock, endlessly).catch(() => undefined);
      throw error;
    });
  }
}
