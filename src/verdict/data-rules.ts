/**
 * What the observations of a backup and a restore prove, and what they find wrong. An empty place of a whole volume accuses nobody:
 * an app that nobody has used yet may well have nothing there. A path that the labels name is a promise. Pure.
 */
import type { Taken } from "../recipe/backup-labels.ts";
import type { Act } from "../stages/stage.ts";
import type { Archive, CommandEnd, DataFinding } from "./data.ts";
import type { Finding } from "./finding.ts";
import type { Observation } from "./observation.ts";
import type { Unproven } from "./unproven.ts";

export type DataAct = Extract<Act, "mark" | "back-up" | "wipe" | "restore" | "read-marks">;
type Seen = readonly Observation[];
type Of<K extends Observation["is"]> = Extract<Observation, { is: K }>;

export const dataFindings = (act: DataAct, seen: Seen): readonly Finding[] => {
  switch (act) {
    case "mark":
      return [...unwritten(seen), ...unread(seen)];
    case "back-up": {
      const failed = failedHooks(seen, "backup");
      return failed.length > 0 ? failed : emptyIn(seen);
    }
    case "wipe":
      return [...notStarted(seen), ...outliving(seen)];
    case "restore":
      return failedHooks(seen, "restore");
    case "read-marks":
      return lostIn(seen);
  }
};

const isGood = (end: CommandEnd): boolean => end.is === "exited" && end.code === 0;

const unwritten = (seen: Seen): DataFinding[] =>
  seen.flatMap((o): DataFinding[] =>
    o.is === "marked" && !isGood(o.end)
      ? [
          {
            is: "marker-failed",
            mark: o.mark,
            service: o.service,
            fault: { is: "write", end: o.end, lines: o.lines },
          },
        ]
      : [],
  );

const unread = (seen: Seen): DataFinding[] =>
  marksIn(seen, "mark").flatMap(({ mark, service, isThere, said }): DataFinding[] =>
    isThere ? [] : [{ is: "marker-failed", mark, service, fault: { is: "read", said } }],
  );

/** Of a file it would be our own doing: the runner does not get past that. */
const outliving = (seen: Seen): DataFinding[] =>
  marksIn(seen, "wipe").flatMap(({ mark, service, isThere }): DataFinding[] =>
    isThere ? [{ is: "marker-failed", mark, service, fault: { is: "outlives" } }] : [],
  );

const failedHooks = (seen: Seen, stage: "backup" | "restore"): DataFinding[] =>
  hooksIn(seen).flatMap(({ service, phase, command, end, lines }): DataFinding[] => {
    const isOfStage = phase.startsWith(stage);
    return isOfStage && !isGood(end)
      ? [{ is: `${stage}-hook-failed`, service, phase, command, end, lines }]
      : [];
  });

const emptyIn = (seen: Seen): DataFinding[] => {
  const archived = archivedIn(seen);
  const empty = archived.filter(({ archive }) => isEmpty(archive));
  if (empty.length === 0) return [];
  const isAll = empty.length === archived.length;
  const hooked = new Set(
    hooksIn(seen).flatMap(({ phase, service }) => (phase === "backup pre-hook" ? [service] : [])),
  );
  const broken = isAll ? empty : empty.filter((one) => isPromised(one, hooked.has(one.service)));
  if (broken.length === 0) return [];
  const told = broken.map(({ service, volume, path, isNamed, archive }) => ({
    service,
    volume,
    path,
    isNamed,
    archive,
  }));
  return [{ is: "backup-empty", empty: told, isAll }];
};

const isEmpty = (archive: Archive): boolean => archive.is === "missing" || archive.filled === 0;

/** A folder without any file may be as it is on purpose, unless a hook ran that was to fill it. */
const isPromised = ({ isNamed, archive }: Of<"archived">, isHooked: boolean): boolean =>
  isNamed && (archive.is === "missing" || archive.of === "file" || archive.files > 0 || isHooked);

const notStarted = (seen: Seen): DataFinding[] =>
  seen.flatMap((o): DataFinding[] =>
    o.is === "started-again" && o.missing.length > 0
      ? [{ is: "not-started-again", services: o.missing, afterMs: o.afterMs }]
      : [],
  );

const lostIn = (seen: Seen): DataFinding[] => {
  const read = marksIn(seen, "restore");
  const marks = read.flatMap(({ mark, service, place, isThere, said }) =>
    isThere ? [] : [{ mark, service, place, said }],
  );
  return marks.length === 0 ? [] : [{ is: "data-lost", marks, of: read.length }];
};

export const hooksIn = (seen: Seen): Of<"hook">[] => seen.filter((o) => o.is === "hook");
export const archivedIn = (seen: Seen): Of<"archived">[] => seen.filter((o) => o.is === "archived");
/** All, or those of one moment. */
export const marksIn = (seen: Seen, moment?: Of<"mark-read">["after"]): Of<"mark-read">[] =>
  seen.flatMap((o) => (o.is === "mark-read" && (moment ?? o.after) === o.after ? [o] : []));

/** Null where the record proves what the stage claims. */
export const unprovenBackup = (seen: Seen): Unproven | null => {
  const plan = seen.findLast((o) => o.is === "backup-plan");
  if (!plan) return { is: "unverified", reason: "the record does not say what the recipe backs up" };
  if (plan.services.length === 0 && plan.volumes.length === 0)
    return { is: "skipped", reason: "the recipe keeps nothing: no volumes and no backupbot labels" };
  if (plan.services.length === 0)
    return {
      is: "unverified",
      reason: `nothing backs up ${plan.volumes.join(", ")}: add the label backupbot.backup=true to a service, or skip backup and restore in testme.yml with a reason`,
    };
  if (plan.taken.length === 0)
    return {
      is: "unverified",
      reason: `${plan.services.join(", ")} asks for backups, and there is nothing that they would take: no volume that is not left out, and no path`,
    };
  if (plan.taken.every((one) => isIdle(one, plan)))
    return { is: "unverified", reason: `no task runs that uses ${namesOf(plan.taken).join(", ")}` };
  return archivedIn(seen).length > 0 ? null : { is: "unverified", reason: "nothing was archived" };
};

const isIdle = ({ volume, service }: Taken, { idle }: Of<"backup-plan">): boolean =>
  idle.includes(volume ?? service);
const namesOf = (taken: readonly Taken[]): string[] => [
  ...new Set(taken.map(({ volume, path }) => volume ?? path)),
];

export const unprovenRestore = (seen: Seen): Unproven | null => {
  const backup = unprovenBackup(seen);
  if (backup) return backup;
  if (!seen.some((o) => o.is === "wiped")) return { is: "unverified", reason: "the data was never wiped" };
  const proven = marksIn(seen, "restore").filter(({ mark, isThere }) => isThere && wasGone(seen, mark));
  if (proven.length > 0) return null;
  return {
    is: "unverified",
    reason: `no mark could be left in what is backed up (${namesOf(archivedIn(seen)).join(", ")}): declare one under \`markers:\` in testme.yml`,
  };
};

/** It was there before, and gone with the data; else it proves nothing. */
const wasGone = (seen: Seen, mark: string): boolean =>
  marksIn(seen, "mark").some((o) => o.mark === mark && o.isThere) &&
  marksIn(seen, "wipe").some((o) => o.mark === mark && !o.isThere);
