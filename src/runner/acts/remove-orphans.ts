/** Takes away the services of the version before that this one has no longer: `docker stack deploy` leaves them running. */
import { recipeOf, type StepTools, type Work } from "../work.ts";
import type { Executor } from "./executor.ts";

export const removeOrphans =
  ({ swarm, now }: StepTools, work: Work): Executor<"remove-orphans"> =>
  async (lease) => {
    const { app, config } = recipeOf(work);
    const { stack } = app;
    const fullName = (service: string) => `${stack.name}_${service}`;
    const wanted = new Set(config.services.map(({ name }) => fullName(name)));
    const { services } = await swarm.read(stack.name, null);
    for (const { name } of services) {
      // What bears the stack's label and not its name is none of the recipe's.
      if (wanted.has(name) || !name.startsWith(fullName(""))) continue;
      const service = `${app.recipe}_${name.slice(fullName("").length)}`;
      work.doing(`removing ${service}, which this version has no longer`);
      await swarm.removeService(lease, stack, name);
      work.note({ is: "orphan-removed", at: now().toISOString(), service });
    }
  };
