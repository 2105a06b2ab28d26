/** One mutex per key, made when it is first wanted and forgotten when nobody wants it any more. First come, first served. */
import { Mutex } from "async-mutex";

export class KeyedMutex {
  readonly #mutexes = new Map<string, Mutex>();

  /** Resolves when the key is free; what it gives back frees it again. */
  async acquire(key: string): Promise<() => void> {
    const mutex = this.#mutexes.get(key) ?? new Mutex();
    this.#mutexes.set(key, mutex);
    const release = await mutex.acquire();
    return () => {
      release();
      if (!mutex.isLocked()) this.#mutexes.delete(key);
    };
  }

  /** Null where somebody has the key. */
  async tryAcquire(key: string): Promise<(() => void) | null> {
    return this.#mutexes.get(key)?.isLocked() ? null : this.acquire(key);
  }

  async runExclusive<T>(key: string, work: () => Promise<T>): Promise<T> {
    const release = await this.acquire(key);
    try {
      return await work();
    } finally {
      release();
    }
  }
}
