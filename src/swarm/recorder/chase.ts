/**
 * The manager learns of a task's end some 100 to 250 ms after its container's, and no event says that it has. So after a
 * death the stack is looked at again and again until its task has ended too, or will hardly do so any more. Of a container on
 * another node no event comes at all, so while a task lives there the stack is looked at more often than else.
 */
import { isElsewhere } from "../../verdict/elsewhere.ts";
import type { Task } from "../../verdict/observation.ts";

const AGAIN_MS = 40;
const GIVE_UP_MS = 2_000;
const ELSEWHERE_MS = 200;
const ENDED = new Set(["complete", "failed", "rejected", "shutdown", "orphaned", "remove"]);

type Seen = Pick<Task, "id" | "state" | "node">;

/** `here`: the engine's own node. */
export const createChase = (look: () => void, now: () => Date, here: string) => {
  /** Task → when to give up on its task (epoch ms). */
  const dead = new Map<string, number>();
  let timer: NodeJS.Timeout | undefined;
  let isOver = false;
  return {
    died(task: string): void {
      dead.set(task, now().getTime() + GIVE_UP_MS);
    },
    /** What was read just now; asks for the next look where somebody's end is still to come. */
    seen({ tasks }: { tasks: readonly Seen[] }): void {
      for (const [id, giveUpMs] of dead) {
        const task = tasks.find((t) => t.id === id);
        if (!task || ENDED.has(task.state) || now().getTime() > giveUpMs) dead.delete(id);
      }
      clearTimeout(timer);
      if (isOver) return;
      if (dead.size > 0) timer = setTimeout(look, AGAIN_MS);
      else if (isUnheard(tasks, here)) timer = setTimeout(look, ELSEWHERE_MS);
    },
    stop(): void {
      isOver = true;
      dead.clear();
      clearTimeout(timer);
    },
  };
};

/** A task lives on another node, or waits for one in a stack that has been there: the next may go there as well. */
const isUnheard = (tasks: readonly Seen[], here: string): boolean =>
  tasks.some((task) => isElsewhere(task, here)) &&
  tasks.some((task) => !ENDED.has(task.state) && (task.node === null || isElsewhere(task, here)));
