/**
 * Proof of holding an app domain's lock. Everything that changes a stack demands one as a parameter, so code that forgot
 * the lock does not compile, and code that kept a lease too long is stopped here. Only runner/app-domain-lock.ts makes
 * one (the import arrows enforce it).
 */
export class Lease {
  readonly appDomain: string;
  /** Whose lock it is: a run's id. */
  readonly holder: string;
  #isHeld = true;
  readonly #release: () => Promise<void>;

  constructor(appDomain: string, holder: string, release: () => Promise<void>) {
    this.appDomain = appDomain;
    this.holder = holder;
    this.#release = release;
  }

  /** Throws unless this lease is the living lock of that very app domain. */
  assertCovers(appDomain: string): void {
    if (this.appDomain !== appDomain)
      throw new Error(`the lease of ${this.appDomain} does not cover ${appDomain}`);
    if (!this.#isHeld) throw new Error(`the lease of ${appDomain} has been given back`);
  }

  /** Gives the lock back; once is enough, and more does no harm. */
  async release(): Promise<void> {
    if (!this.#isHeld) return;
    this.#isHeld = false;
    await this.#release();
  }
}
