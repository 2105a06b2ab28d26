/**
 * Whose work is being done: what is called from within it, however deep and however late, can be told from the work for others,
 * so that a line in the log names its run whoever writes it. Nothing decides by it. Whoever takes up work in somebody else's
 * stead (the outbox, a queue) says anew whose it is.
 */
import { AsyncLocalStorage } from "node:async_hooks";

export type About = { run?: string; delivery?: string; message?: string };

const current = new AsyncLocalStorage<About>();

/** Work about that alone, whatever it is called from. */
export const about = <T>(what: About, work: () => T): T => current.run(what, work);

export const inRun = <T>(runId: string, work: () => T): T => about({ run: runId }, work);

/** As fields of a line in the log. */
export const whatAbout = (): About => ({ ...current.getStore() });
