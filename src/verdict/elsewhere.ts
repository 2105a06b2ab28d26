/**
 * A swarm may have many nodes, and the engine tells of the containers, the events and the memory of its own node alone. Of a
 * task elsewhere there is what the managers know: its states, its error, its exit code, and its last lines.
 */
import type { Task } from "./observation.ts";

/** `here`: the engine's own node; null where the record does not say, and then everything counts as its own. */
export const isElsewhere = ({ node }: Pick<Task, "node">, here: string | null): boolean =>
  node !== null && here !== null && node !== here;

/** Where these tasks have been; one that no node has taken yet has been nowhere. */
export type Whereabouts = "here" | "elsewhere" | "both";
export const whereaboutsOf = (tasks: readonly Pick<Task, "node">[], here: string | null): Whereabouts => {
  const placed = tasks.filter(({ node }) => node !== null);
  const away = placed.filter((task) => isElsewhere(task, here)).length;
  if (away === 0) return "here";
  return away === placed.length ? "elsewhere" : "both";
};
