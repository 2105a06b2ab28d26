/** Runs the recipe's backup hooks and takes its data out of the engine, piece by piece, each into a file of the run's own. */
import { mkdir, stat } from "node:fs/promises";
import { join, posix } from "node:path";
import { backupPlanOf, type Taken } from "../../recipe/backup-labels.ts";
import { Fault } from "../../verdict/fault.ts";
import { keep } from "../data/archive.ts";
import { MARK_FILE } from "../data/data.ts";
import { handingOn } from "../data/handed-on.ts";
import { placeOf } from "../data/inside.ts";
import { runHooks } from "../data/run-hooks.ts";
import { recipeOf, type StepTools, type Work } from "../work.ts";
import type { Executor } from "./executor.ts";

export const backUp =
  (tools: StepTools, noting: Work): Executor<"back-up"> =>
  async (lease) => {
    const work = handingOn(noting);
    const { app, config } = recipeOf(work);
    const { taken } = backupPlanOf(config, app.stack.name);
    if (await runHooks(tools, work, lease, "backup pre-hook"))
      for (const piece of taken) await archive(tools, work, piece);
    // Whatever became of the others: it may well lead the app out of its maintenance.
    await runHooks(tools, work, lease, "backup post-hook");
  };

const archive = async (tools: StepTools, work: Work, taken: Taken): Promise<void> => {
  const { service, path } = taken;
  work.doing(`archiving ${path} of ${service}`);
  const inside = await placeOf(tools, work, service);
  if (inside === null) return;
  const packed = await tools.swarm.takeOut(inside, path);
  const at = () => tools.now().toISOString();
  if (packed === null) {
    work.note({ is: "archived", at: at(), archive: { is: "missing" }, ...taken });
    return;
  }
  const { pieces } = work.standing.data;
  const folder = join(work.scratch, "backup");
  await mkdir(folder, { recursive: true });
  const [file, root] = [join(folder, `${pieces.length}.tar`), rootOf(work, taken)];
  const room = tools.backupBytes - (await sizeOf(pieces));
  const piece = { from: path, root, mark: posix.join(path, MARK_FILE) };
  const kept = await keep(packed, piece, file, room).catch(brokeOff);
  pieces.push({ taken, file, root });
  work.note({ is: "archived", at: at(), archive: kept, ...taken });
};

/** Where a piece is extracted again: the folder that is there whatever was lost, and that may be written to. */
const rootOf = (work: Work, { service, volume, path }: Taken): string => {
  if (volume === null) return "/";
  const { app, config } = recipeOf(work);
  const planned = backupPlanOf(config, app.stack.name).volumes.find(({ name }) => name === volume);
  const mounts = planned?.mounts.filter((mount) => mount.service === service) ?? [];
  return mounts.find(({ target }) => `${path}/`.startsWith(`${target}/`))?.target ?? "/";
};

const sizeOf = async (pieces: readonly { file: string }[]): Promise<number> => {
  const sizes = await Promise.all(pieces.map(async ({ file }) => (await stat(file)).size));
  return sizes.reduce((sum, size) => sum + size, 0);
};

const brokeOff = (cause: unknown): never => {
  if (cause instanceof Fault) throw cause;
  throw new Fault(
    "engine",
    `The archive that the engine was handing over broke off: ${String(cause)}`,
    "See the engine's log and the disk of this host, and run again.",
    cause,
  );
};
