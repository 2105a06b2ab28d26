/** Notes what the recipe backs up, and leaves data in it that a restore has to bring back: files of ours, and what testme.yml declares. */
import { randomUUID } from "node:crypto";
import { posix } from "node:path";
import { backupPlanOf, type Taken } from "../../recipe/backup-labels.ts";
import type { Lease } from "../../run/lease.ts";
import { packed } from "../data/archive.ts";
import { MARK_FILE, type Mark, noData, whatOf } from "../data/data.ts";
import { handingOn } from "../data/handed-on.ts";
import { runIn } from "../data/inside.ts";
import { readBack } from "../data/read-back.ts";
import { recipeOf, type StepTools, type Work } from "../work.ts";
import type { Executor } from "./executor.ts";
import { runningTask } from "./running-task.ts";

export const mark =
  (tools: StepTools, noting: Work): Executor<"mark"> =>
  async (lease) => {
    const work = handingOn(noting);
    work.standing.data = noData();
    const idle = await notePlan(tools, work);
    const { app, config } = recipeOf(work);
    const { taken } = backupPlanOf(config, app.stack.name);
    for (const piece of taken) if (!idle.includes(nameOf(piece))) await leaveFile(tools, work, lease, piece);
    if (taken.length > 0) await writeDeclared(tools, work, lease);
    await readBack(tools, work, lease, "mark");
  };

const nameOf = ({ volume, service }: Taken): string => volume ?? service;

const notePlan = async ({ swarm, now }: StepTools, work: Work): Promise<string[]> => {
  const { app, config } = recipeOf(work);
  const { services, volumes, taken } = backupPlanOf(config, app.stack.name);
  const idle: string[] = [];
  for (const piece of taken)
    if ((await runningTask(swarm, app.stack, piece.service)) === null) idle.push(nameOf(piece));
  const names = volumes.map(({ name }) => name);
  work.note({ is: "backup-plan", at: now().toISOString(), services, volumes: names, taken, idle });
  return idle;
};

/** Only a folder takes a file of ours: a file that the labels name is the app's own. */
const leaveFile = async (
  { swarm, now }: StepTools,
  work: Work,
  lease: Lease,
  piece: Taken,
): Promise<void> => {
  const { service, volume, path } = piece;
  const inside = await runningTask(swarm, work.stack, service);
  if (volume === null || inside === null || (await swarm.lookInside(inside, path)) !== "directory") return;
  const expect = `testme ${randomUUID()}`;
  await swarm.putInto(lease, work.stack, inside, path, packed(MARK_FILE, expect));
  const place = { is: "file", path: posix.join(path, MARK_FILE), volume } as const;
  const left: Mark = { mark: `a file in ${volume}`, service, place, expect, read: null };
  work.note({
    is: "marked",
    at: now().toISOString(),
    end: { is: "exited", code: 0 },
    lines: [],
    ...whatOf(left),
  });
  work.standing.data.marks.push(left);
};

const writeDeclared = async (tools: StepTools, work: Work, lease: Lease): Promise<void> => {
  for (const { name, service, write, read, expect } of work.config.markers) {
    work.doing(`writing the marker ${name}`);
    const { end, lines } = await runIn(tools, work, lease, { service, command: write });
    const told = { mark: name, service, place: { is: "command" } } as const;
    work.note({ is: "marked", at: tools.now().toISOString(), end, lines, ...told });
    if (end.is === "exited" && end.code === 0) work.standing.data.marks.push({ ...told, expect, read });
  }
};
