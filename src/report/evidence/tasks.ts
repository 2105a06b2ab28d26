/** The service's other tasks: those that stand now, and those that had failed before this deploy, which prove nothing. */
import type { Task } from "../../verdict/observation.ts";
import type { Rollout } from "../../verdict/rollout.ts";
import type { Block } from "../budget.ts";
import { clock, code, day, details, table } from "../markdown.ts";

const SHORT = 8;

export const tasksBlock = (rollout: Rollout): Block[] => {
  const { tasks } = rollout;
  if (tasks.length === 0) return [];
  const fresh = new Set(rollout.upToDate);
  const told = (limit: number) => {
    const rows = tasks.slice(0, limit).map((task) => row(task, fresh.has(task.id)));
    const rest = tasks.length - rows.length;
    return details(
      `All tasks of the service in the last reading (${tasks.length})`,
      table(["task", "slot", "spec", "state → desired", "since", "image", "error or message"], rows) +
        (rest > 0 ? `\n\n… and ${rest} more` : ""),
    );
  };
  return [{ name: "tasks", worth: 3, texts: [told(100), told(SHORT)] }];
};

const row = (task: Task, isUpToDate: boolean): string[] => [
  code(task.id, 40),
  String(task.slot ?? "—"),
  isUpToDate ? "as it stands" : "another",
  `${code(task.state, 40)} → ${code(task.desired, 40)}`,
  clock(task.changedAt),
  code(task.image, 200),
  code(task.error ?? task.message, 300),
];

/** They were there before, and prove nothing about this commit. */
export const olderFailuresBlock = (rollouts: readonly Rollout[]): Block[] => {
  const dead = rollouts.flatMap((r) =>
    r.olderTasks.filter((t) => t.state === "failed" || t.state === "rejected"),
  );
  if (dead.length === 0) return [];
  const title =
    dead.length === 1
      ? "1 older failed task was seen and not used"
      : `${dead.length} older failed tasks were seen and not used`;
  const told = (limit: number) => {
    const lines = dead
      .slice(0, limit)
      .map(
        (t) =>
          `- ${code(t.id, 40)} ${code(t.error ?? t.state, 500)}, ended at ${day(t.changedAt)} ${clock(t.changedAt)}`,
      );
    const rest = dead.length - lines.length;
    return details(title, [...lines, ...(rest > 0 ? [`- … and ${rest} more`] : [])].join("\n"));
  };
  return [{ name: "older failures", worth: 2, texts: [told(50), told(3)] }];
};
