/**
 * Was the head's spec really applied? Two witnesses that do not know of each other: what the recorder saw live, and the
 * engine's own task list under the stamp, which remembers even after a rollback. It says which of them speaks.
 */
import { short } from "../../recipe/commit.ts";
import { isStampOf } from "../../recipe/stamp.ts";
import type { Rollout, Sighting } from "../../verdict/rollout.ts";
import { stampIn } from "../../verdict/rules/stamp.ts";
import type { Block } from "../budget.ts";
import { clock, code, table } from "../markdown.ts";

export const witnessesBlock = (rollout: Rollout): Block => ({
  name: "witnesses",
  worth: 5,
  texts: [isStamped(rollout) ? ofTheStamp(rollout) : ofTheSpec(rollout)],
});

const isStamped = (rollout: Rollout): boolean => rollout.service === rollout.expectation.stampedService;

const ofTheStamp = (rollout: Rollout): string => {
  const head = code(short(rollout.expectation.commit));
  const live = rollout.history.find((s) => carriesHead(s, rollout));
  const older = new Set(rollout.olderTasks.map((t) => t.id));
  const tasks = rollout.stamped.filter((id) => !older.has(id));
  const verdict = live
    ? tasks.length > 0
      ? "both witnesses say yes"
      : "the recorder alone says yes"
    : tasks.length > 0
      ? "the engine's task list alone says yes"
      : "neither witness says so";
  return `**Was the spec of ${head} really applied? ${capital(verdict)}.**\n\n${table(
    ["witness", "what it saw"],
    [
      [
        "the recorder, live",
        live
          ? `the stamp at ${clock(live.at)} UTC, Version.Index ${live.service.version}, image ${code(live.service.spec.image, 200)}`
          : `the stamp never stood on the service while it was read`,
      ],
      [
        "the engine's task list, filtered by the stamp",
        tasks.length > 0
          ? `created under it: ${tasks
              .slice(0, 10)
              .map((id) => code(id, 40))
              .join(", ")}${tasks.length > 10 ? ` and ${tasks.length - 10} more` : ""}`
          : "no task of this deploy was created under it",
      ],
    ],
  )}`;
};

const carriesHead = ({ service }: Sighting, rollout: Rollout): boolean => {
  const stamp = stampIn(service.spec.labels, rollout);
  const isWrite = service.version !== rollout.before?.service.version;
  return isWrite && stamp !== null && isStampOf(stamp, rollout.expectation.commit);
};

const ofTheSpec = ({ applied, name }: Rollout): string => {
  const live = applied
    ? `seen live at ${clock(applied.at)} UTC, Version.Index ${applied.service.version}, image ${code(applied.service.spec.image, 200)}`
    : "not seen live";
  return `**Was the new spec applied?** Recorder: ${live}. The second witness cannot speak: ${name} carries no stamp to filter its tasks by.`;
};

const capital = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);
