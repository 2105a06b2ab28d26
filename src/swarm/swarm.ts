/**
 * The engine, as far as a run needs it. Reading needs no lease; whatever changes something demands one. An engine that
 * cannot be reached is a Fault of party "engine"; a thing that is not there is null.
 */
import type { Readable } from "node:stream";
import type { Lease } from "../run/lease.ts";
import type { Room } from "../run/room.ts";
import type { CommandEnd } from "../verdict/data.ts";
import type {
  Container,
  EngineEvent,
  Memory,
  ProbeAnswer,
  ProbeWish,
  Service,
  Task,
} from "../verdict/observation.ts";
import type { TestEnd, TestsNetwork } from "../verdict/own-tests.ts";

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
export type OwnStack = { stack: Stack; run: string };
export type EngineInfo = { version: string; cgroup: string; memoryBytes: number };
/** `node` is where the task's container is. */
export type TaskPlace = { task: string; node: string | null; container: string };
export type ProbeTarget = TaskPlace & { port: number; host: string; wants: ProbeWish };
/** What is to run in a container of its own, with a network and nothing else of the stack, of the host or of the bot. */
export type Trial = {
  /** The task that it is for. */
  beside: TaskPlace;
  /**
   * `stack`: it reaches what runs of the stack on the engine's own node, by the names of its services, and nothing else. `open`: it is
   * within the task's own network, and reaches what that reaches.
   */
  network: TestsNetwork;
  /** The names of further stacks of this run, to be reached by the full names of their services. */
  reached: readonly string[];
  image: string;
  /** In place of the image's own entrypoint. */
  command: readonly string[];
  env: Readonly<Record<string, string>>;
  /** Found below /tests. */
  files: readonly TrialFile[];
  withinMs: number;
};
/** `path` is relative, of plain segments; `linksTo` too, and from where the link is. */
export type TrialFile =
  | { is: "file"; path: string; content: Uint8Array; isExecutable: boolean }
  | { is: "link"; path: string; linksTo: string };
/** `stdout` from its first line on, `lines` of both streams to the last; of each no more than is bearable. */
export type TrialRun = { end: TestEnd; ms: number; stdout: readonly string[]; lines: readonly string[] };
/** For the shell of a task's own container. */
export type Command = { inside: TaskPlace; command: string; withinMs: number };
/** As of a TrialRun. */
export type CommandRun = {
  end: Exclude<CommandEnd, { is: "no-task" }>;
  stdout: readonly string[];
  lines: readonly string[];
};
/** `left`: the engine's host is to have what it needs, and nothing is pulled there. */
export type Pulled = { is: "pulled" } | { is: "left" } | { is: "refused"; said: string };

export interface SwarmReader {
  /** Throws a Fault unless the engine answers and is a Swarm manager. */
  check(): Promise<EngineInfo>;
  /** How many CPUs the smallest node of the swarm has: an engine refuses a limit above its own. */
  cpus(): Promise<number>;
  /** The id of the engine's own node: of other nodes' containers, events and memory it cannot tell. */
  node(): Promise<string>;
  read(stack: string, stamp: Stamp | null): Promise<Reading>;
  /** One service by its id, in one round trip: a new spec may stand for less time than a whole reading takes. */
  service(id: string): Promise<Service | null>;
  container(id: string): Promise<Container | null>;
  /** Its last 100 lines of stdout and stderr, oldest first; null when the container is gone. */
  log(container: string): Promise<readonly string[] | null>;
  /**
   * The same of a task's container, on whatever node, through the manager; null when Swarm has no such task any more. No
   * lines may also mean that the node has that log no longer: the manager does not tell one from the other.
   */
  taskLog(task: string): Promise<readonly string[] | null>;
  /** The kernel's account at this moment, of these containers among others; null where the engine's host cannot be read from here. */
  memory(containers: readonly string[]): Promise<Memory | null>;
  /** What the host of the engine's own node has left at this moment; of other nodes it says nothing. */
  room(): Promise<Room>;
  hasNetwork(name: string): Promise<boolean>;
  /** Whether the engine's own node has it. */
  hasImage(image: string): Promise<boolean>;
  /** What lies at an absolute path of a task's container, which is on the engine's own node; null where nothing does. */
  lookInside(inside: TaskPlace, path: string): Promise<"file" | "directory" | null>;
  /** The same as a tar: its names begin with the path's last segment. */
  takeOut(inside: TaskPlace, path: string): Promise<Readable | null>;
  /** Service and container events from `sinceMs` (epoch) on; after a break it reconnects and says so with a gap. */
  events(sinceMs: number, signal: AbortSignal): AsyncIterable<StreamEvent>;
  /** The stacks that say of themselves that this testme made them, and for which run. */
  ownStacks(): Promise<OwnStack[]>;
  /** What of the stack is still on the engine, one line each. */
  remains(stack: string): Promise<string[]>;
}

export interface SwarmWriter {
  /** Makes the secret, and is false where the stack has it already: an upgrade keeps what the base was given. */
  ensureSecret(lease: Lease, stack: Stack, name: string, value: string): Promise<boolean>;
  /**
   * Asks the app itself from inside its own network namespace, or where that is on another node, from a network that it is on;
   * never through a VIP or an ingress port. Throws a Fault where it cannot be asked.
   */
  probe(lease: Lease, stack: Stack, target: ProbeTarget): Promise<ProbeAnswer>;
  /** Throws a Fault where the task is on another node, or is gone. */
  runBeside(lease: Lease, stack: Stack, trial: Trial, signal: AbortSignal): Promise<TrialRun>;
  /** Null where that container runs no more: another one may do. Throws a Fault where it is on another node. */
  runInside(lease: Lease, stack: Stack, command: Command, signal: AbortSignal): Promise<CommandRun | null>;
  /** Extracts a tar in a folder of a task's container, over what is there; owners and modes are those of the tar. */
  putInto(lease: Lease, stack: Stack, inside: TaskPlace, folder: string, archive: Readable): Promise<void>;
  /**
   * Ends all tasks of the stack, removes its volumes, and lets its services run again on empty ones; returns the names of those
   * volumes, without waiting for the tasks.
   */
  emptyVolumes(lease: Lease, stack: Stack): Promise<readonly string[]>;
  /**
   * Fetches an image to the engine's own node, for whatever stack. What the registry says against the image is its answer; a
   * registry that does not answer, or wants us to wait, is a Fault.
   */
  pullImage(lease: Lease, stack: Stack, image: string, signal: AbortSignal): Promise<Pulled>;
  /** Takes one service of the stack away, by its full name; returns when no task of it is left. */
  removeService(lease: Lease, stack: Stack, service: string): Promise<void>;
  /** What a bot of this name was killed amid before that moment, outside of any stack. */
  removeStrays(before: Date): Promise<void>;
  /** Returns when nothing of the stack is left: services, tasks, containers, networks, volumes, secrets, configs. */
  removeStack(lease: Lease, stack: Stack): Promise<void>;
}

export type Swarm = SwarmReader & SwarmWriter;
