/**
 * The closed set of what can be wrong with a recipe. Each finding carries the rollout that shows it; only findings turn
 * a check red.
 */
import type { ProbeAnswer } from "./observation.ts";
import type { Death, Rollout } from "./rollout.ts";

/** Why a task died. Exit code 137 alone proves only a SIGKILL, so it is no cause of itself. */
export type Cause =
  | { is: "out-of-memory"; exitCode: number | null; proof: MemoryProof }
  | { is: "exited"; code: number }
  | { is: "unhealthy"; lastOutput: string | null }
  | { is: "image-unavailable"; error: string }
  | { is: "rejected"; error: string }
  | { is: "unknown"; because: string };

/** At least one of the two: the engine's `OOMKilled` flag, the time of its `oom` event (the engine's clock). */
export type MemoryProof = { isFlagged: boolean; oomEventAt: string | null };

export type Finding =
  | { is: "invalid-recipe"; file: string; line: number | null; reason: string }
  | { is: "deploy-refused"; by: string; said: string }
  | { is: "rolled-back"; rollout: Rollout; by: "swarm" | "person"; death: Death | null; cause: Cause }
  | { is: "rollback-paused"; rollout: Rollout; death: Death | null; cause: Cause }
  | { is: "update-paused"; rollout: Rollout; death: Death | null; cause: Cause }
  /** Given up: Swarm starts no further task, so one death was enough. */
  | {
      is: "crash-looping";
      rollout: Rollout;
      deaths: number;
      isGivenUp: boolean;
      death: Death | null;
      cause: Cause;
    }
  | { is: "not-converged"; rollout: Rollout; afterMs: number; waitingFor: readonly string[] }
  | { is: "stamp-mismatch"; rollout: Rollout; how: StampFault; got: string | null }
  | { is: "service-gone"; rollout: Rollout }
  | { is: "not-serving"; service: string; port: number; answer: ProbeAnswer };

/** `never-applied`: another commit was stamped. `overwritten`: ours was seen, and no rollback took it away. */
export type StampFault = "never-applied" | "overwritten" | "absent";
