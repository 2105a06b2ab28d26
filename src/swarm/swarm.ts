/**
 * The engine, as far as a run needs it. Reading needs no lease; whatever changes something demands one. An engine that
 * cannot be reached is a Fault of party "engine"; a thing that is not there is null.
 */
import type { Lease } from "../run/lease.ts";
import type { Container, EngineEvent, ProbeAnswer, Service, Task } from "../verdict/observation.ts";

/** A stack as it stood at one moment: no service changed between the first call and the last. */
export type Reading = {
  services: readonly Service[];
  tasks: readonly Task[];
  /** Ids of tasks that the orchestrator's own test calls up to date. */
  upToDate: readonly string[];
  /** Ids of tasks that were created while their service carried the stamp. */
  stamped: readonly string[];
};
export type Stamp = { label: string; value: string };
/** The stack's name and the app domain that locks it. */
export type Stack = { name: string; appDomain: string };
export type StreamEvent = EngineEvent | { is: "gap"; reason: string };
type EngineInfo = { version: string; cgroup: string; memoryBytes: number };
export type ProbeTarget = { container: string; port: number; path: string; host: string };

export interface SwarmReader {
  /** Throws a Fault unless the engine answers and is a Swarm manager. */
  check(): Promise<EngineInfo>;
  read(stack: string, stamp: Stamp | null): Promise<Reading>;
  container(id: string): Promise<Container | null>;
  hasNetwork(name: string): Promise<boolean>;
  /** Service and container events from `sinceMs` (epoch) on; after a break it reconnects and says so with a gap. */
  events(sinceMs: number, signal: AbortSignal): AsyncIterable<StreamEvent>;
  /** What of the stack is still on the engine, one line each. */
  remains(stack: string): Promise<string[]>;
}

export interface SwarmWriter {
  /** Makes the secret, unless the stack has it already: an upgrade keeps what the base was given. */
  ensureSecret(lease: Lease, stack: Stack, name: string, value: string): Promise<void>;
  /** Asks the app itself from inside its own network namespace; never through a VIP or an ingress port. */
  probe(lease: Lease, stack: Stack, target: ProbeTarget): Promise<ProbeAnswer>;
  /** Returns when nothing of the stack is left: services, tasks, containers, networks, volumes, secrets, configs. */
  removeStack(lease: Lease, stack: Stack): Promise<void>;
}

export type Swarm = SwarmReader & SwarmWriter;
