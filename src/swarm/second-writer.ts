/**
 * Somebody beside the run who writes to its services: what a person can do at a terminal. A run itself never does; the
 * self-check brings it about on stacks of its own, and so holds their lease.
 */
import type { Lease } from "../run/lease.ts";
import type { Stack } from "./swarm.ts";

export interface SecondWriter {
  /** `docker service rollback`; returns when the engine has taken it. `service` is the full name. */
  rollBack(lease: Lease, stack: Stack, service: string): Promise<void>;
  /** Sets one label on the service itself; no task rolls for that. */
  setLabel(lease: Lease, stack: Stack, service: string, label: string, value: string): Promise<void>;
}
