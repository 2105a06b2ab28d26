/** Where a service can be asked: at a task that runs, of the spec that holds now. */
import type { Stack, Swarm, TaskPlace } from "../../swarm/swarm.ts";

/** Null where none runs. `service` is the recipe's own name for it. */
export const runningTask = async (
  swarm: Pick<Swarm, "read">,
  stack: Stack,
  service: string,
): Promise<TaskPlace | null> => {
  const { services, tasks, upToDate } = await swarm.read(stack.name, null);
  const id = services.find(({ name }) => name === `${stack.name}_${service}`)?.id;
  const task = tasks.find((t) => t.service === id && t.state === "running" && upToDate.includes(t.id));
  return task?.container ? { task: task.id, node: task.node, container: task.container } : null;
};
