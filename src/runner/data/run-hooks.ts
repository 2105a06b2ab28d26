/** Runs a recipe's hooks of one phase, in the recipe's order, and notes how each ended. */
import { backupPlanOf, type HookPhase } from "../../recipe/backup-labels.ts";
import type { Lease } from "../../run/lease.ts";
import { redactor } from "../../swarm/redaction.ts";
import { recipeOf, type Work } from "../work.ts";
import { runIn, type Tools } from "./inside.ts";

/** Whether all of them ended well; after one that did not the others of its phase are left. */
export const runHooks = async (
  tools: Tools,
  work: Work,
  lease: Lease,
  phase: HookPhase,
): Promise<boolean> => {
  const { app, config } = recipeOf(work);
  const redact = redactor(app.values, work.standing.secrets);
  for (const hook of backupPlanOf(config, app.stack.name).hooks.filter((one) => one.phase === phase)) {
    work.doing(`running the ${phase} of ${hook.service}`);
    const { end, lines } = await runIn(tools, work, lease, hook);
    const command = redact(hook.command);
    work.note({ is: "hook", at: tools.now().toISOString(), ...hook, command, end, lines });
    if (end.is !== "exited" || end.code !== 0) return false;
  }
  return true;
};
