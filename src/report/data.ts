/** A backup and a restore told: titles and stories of what was found, and what a stage that passed has shown. */
import type { CommandEnd, DataFinding, FailedHook, MarkerFault } from "../verdict/data.ts";
import { archivedIn, marksIn } from "../verdict/data-rules.ts";
import type { Observation } from "../verdict/observation.ts";
import { bytesWords } from "./amounts.ts";
import { code, count } from "./markdown.ts";
import type { Story } from "./paragraph.ts";

type Of<K extends DataFinding["is"]> = Extract<DataFinding, { is: K }>;

export const dataTitle = (finding: DataFinding): string => {
  switch (finding.is) {
    case "marker-failed":
      return `Marker failed: ${finding.mark} of ${finding.service}: ${faultWords(finding.fault)}`;
    case "backup-hook-failed":
    case "restore-hook-failed":
      return `The ${finding.phase} of ${finding.service} failed: ${endWords(finding.end)}`;
    case "backup-empty":
      return finding.isAll
        ? "Backup empty: nothing was kept"
        : `Backup empty: ${placesOf(finding).join(", ")}`;
    case "not-started-again":
      return `Not started again: ${finding.services.map(({ service, said }) => `${service} (${said})`).join(", ")}`;
    case "data-lost":
      return `Data lost: ${finding.marks.map(({ mark }) => mark).join(", ")} did not come back`;
  }
};

export const dataStory = (finding: DataFinding): Story => {
  switch (finding.is) {
    case "marker-failed":
      return {
        happened: `The marker ${code(finding.mark)} of ${code(finding.service)} is of no use: ${code(faultWords(finding.fault))}.`,
        isNot: "Not a failed backup: nothing could be shown with this marker.",
        next: `Mend the marker in ${code("testme.yml")}.`,
      };
    case "backup-hook-failed":
    case "restore-hook-failed":
      return hookStory(finding);
    case "backup-empty":
      return {
        happened: `The archive holds no file with anything in it: ${placesOf(finding)
          .map((place) => code(place))
          .join(", ")}.`,
        isNot: "Not a failed hook: whatever ran ended well, and left nothing to keep.",
        next: "See that the pre-hook writes to the very path that the labels name.",
      };
    case "not-started-again":
      return {
        happened: `On empty volumes ${finding.services.map(({ service, said }) => `${code(service)} (${code(said)})`).join(", ")} did not run again within ${finding.afterMs / 1_000} s.`,
        isNot: "Not a failed backup: it was made, and there is no app to restore it into.",
        next: "See that the app starts on empty volumes, as it does after an install.",
      };
    case "data-lost":
      return {
        happened: `Of ${count(finding.of, "mark")} that stood before the data was wiped, ${finding.marks
          .map(({ mark, service, said }) => `${code(mark)} of ${code(service)} (read: ${code(said)})`)
          .join(", ")} did not come back with the restore.`,
        isNot: "Not a failed hook: the restore itself ended well.",
        next: "See that the labels take what the app keeps, and that the restore hooks load it.",
      };
  }
};

const hookStory = ({ service, phase, command, end, lines }: FailedHook): Story => ({
  happened: `The ${phase} of ${code(service)} failed: ${code(command)} ${endWords(end)}. ${lines.length === 0 ? "It wrote nothing." : `It last wrote ${code(lines.slice(-3).join(" / "))}.`}`,
  isNot: "Not a failed rollout: the app stood and served when the hook ran.",
  next: `Mend the hook in the label ${code(`backupbot.${phase.replace(" ", ".")}`)}; it runs by ${code("sh -c")} in the service's container.`,
});

export const endWords = (end: CommandEnd): string => {
  switch (end.is) {
    case "exited":
      return `exited with code ${end.code}`;
    case "out-of-time":
      return `did not end within ${end.afterMs / 1_000} s`;
    case "died":
      return `was cut short, since its container died (${end.said})`;
    case "no-task":
      return `could not run: no task ran for ${end.waitedMs / 1_000} s`;
  }
};

const faultWords = (fault: MarkerFault): string => {
  switch (fault.is) {
    case "write":
      return `its write command ${endWords(fault.end)}`;
    case "read":
      return `right after it was written it read ${JSON.stringify(fault.said)}`;
    case "outlives":
      return "it reads the same without the data";
  }
};

const placesOf = ({ empty }: Of<"backup-empty">): string[] =>
  empty.map(({ volume, path }) => (volume === null ? path : `${volume}: ${path}`));

export const backupTitle = (seen: readonly Observation[]): string => {
  const kept = archivedIn(seen).flatMap(({ archive }) => (archive.is === "kept" ? [archive] : []));
  const files = kept.reduce((sum, one) => sum + one.files, 0);
  const bytes = kept.reduce((sum, one) => sum + one.bytes, 0);
  return `Backed up ${count(files, "file")}, ${bytesWords(bytes)}`;
};

export const restoreTitle = (seen: readonly Observation[]): string =>
  `Restored: ${count(marksIn(seen, "restore").length, "mark")} came back after the data was wiped`;
