/** Carries out one act: notes what it saw, and decides nothing. */
import type { Lease } from "../../run/lease.ts";
import type { Act, Step } from "../../stages/stage.ts";

/** Who carries out what; total, so that no act is without somebody. */
export type Executors = { [A in Act]: Executor<A> };
export type Executor<A extends Act> = (lease: Lease, step: Step<A>) => Promise<void>;
