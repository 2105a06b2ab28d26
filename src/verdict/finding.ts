/**
 * The closed set of what can be wrong with a recipe. Each finding carries the rollout that shows it; only findings turn
 * a check red.
 */
import type { DataFinding } from "./data.ts";
import type { Death } from "./death.ts";
import type { ProbeAnswer, ProbeWish } from "./observation.ts";
import type { TestFinding } from "./own-tests.ts";
import type { Rollout } from "./rollout.ts";

/** Why a task died. Exit code 137 alone proves only a SIGKILL, so it is no cause of itself. */
export type Cause =
  | { is: "out-of-memory"; exitCode: number | null; proof: MemoryProof }
  /** `signal`, as in SIGKILL, where the code says that one ended the process. */
  | { is: "exited"; code: number; signal: string | null }
  | { is: "unhealthy"; lastOutput: string | null }
  | { is: "image-unavailable"; error: string }
  | { is: "rejected"; error: string }
  | { is: "unknown"; because: string };

/** At least one of them speaks: the engine's `OOMKilled` flag, its `oom` event (the engine's clock), a kernel counter. */
export type MemoryProof = {
  isFlagged: boolean;
  oomEventAt: string | null;
  counters: readonly CounterRise[];
};
/** A kernel counter that rose around a death: read at `fromAt` and `toAt`, by our clock. */
export type CounterRise = {
  of: "container" | "parent" | "host";
  counter: string;
  from: number;
  to: number;
  fromAt: string;
  toAt: string;
};

type Died = { rollout: Rollout; death: Death | null; cause: Cause };
/** `isGivenUp`: Swarm starts no further task, so one death was enough. */
type Looping = Died & { deaths: number; isGivenUp: boolean };

export type Finding =
  | { is: "invalid-recipe"; file: string; line: number | null; reason: string }
  | { is: "deploy-refused"; by: string; said: string }
  | ({ is: "rolled-back"; by: "swarm" | "person" } & Died)
  /** `revert`: the task of the old spec that failed as well, and how. */
  | ({ is: "rollback-paused"; revert: { death: Death; cause: Cause } | null } & Died)
  | ({ is: "update-paused" } & Died)
  /** The recipe tells Swarm to go on whatever fails, and it did. */
  | ({ is: "update-continued" } & Looping)
  | ({ is: "crash-looping" } & Looping)
  /** `completedAt`: when Swarm called the update completed (the engine's clock). */
  | ({ is: "settled-late"; completedAt: string } & Died)
  /** The scheduler's own words, and since when it has said nothing else (our clock). Swarm itself waits for ever. */
  | { is: "unschedulable"; rollout: Rollout; tasks: readonly string[]; said: string; since: string }
  | { is: "not-converged"; rollout: Rollout; afterMs: number; waitingFor: readonly string[] }
  | { is: "stamp-mismatch"; rollout: Rollout; how: StampFault; got: string | null }
  | { is: "wrong-image"; rollout: Rollout; wanted: string; running: readonly string[] }
  | { is: "service-gone"; rollout: Rollout }
  | { is: "not-serving"; service: string; port: number; wants: ProbeWish; answer: ProbeAnswer }
  /** The registry does not have these images, or does not give them; nothing was deployed. */
  | { is: "pull-failed"; images: readonly { image: string; error: string }[] }
  | DataFinding
  | TestFinding;

/** `never-applied`: another commit was stamped. `overwritten`: ours was seen, and no rollback took it away. */
export type StampFault = "never-applied" | "overwritten" | "absent";
