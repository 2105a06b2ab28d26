/** What stands below the story of a backup or a restore: each mark at each moment, what was taken out, and what the hooks said. */
import type { Archive, DataObservation } from "../verdict/data.ts";
import { archivedIn, hooksIn, marksIn } from "../verdict/data-rules.ts";
import type { Observation } from "../verdict/observation.ts";
import { bytesWords } from "./amounts.ts";
import type { Block } from "./budget.ts";
import { endWords } from "./data.ts";
import { block, code, cut, details, table } from "./markdown.ts";

type Of<K extends DataObservation["is"]> = Extract<DataObservation, { is: K }>;

export const dataEvidence = (seen: readonly Observation[]): Block[] => [
  ...marksBlock(marksIn(seen)),
  ...archiveBlock(archivedIn(seen)),
  ...hookBlocks(hooksIn(seen)),
];

const MOMENTS = ["mark", "wipe", "restore"] as const;
const ROWS = 100;
const SAID = 200;

/** The last word on each mark at each moment. */
const marksBlock = (marks: readonly Of<"mark-read">[]): Block[] => {
  const names = [...new Set(marks.map(({ mark }) => mark))];
  const rows = names.slice(0, ROWS).map((name) => [
    code(name, SAID),
    ...MOMENTS.map((moment) => {
      const read = marks.findLast(({ mark, after }) => mark === name && after === moment);
      if (!read) return "—";
      return `${read.isThere ? "there" : "not there"}: ${code(read.said, SAID)}`;
    }),
  ]);
  const head = ["mark", "before the backup", "after the wipe", "after the restore"];
  return rows.length === 0 ? [] : [{ name: "the marks", worth: 9, texts: [table(head, rows)] }];
};

const archiveBlock = (archived: readonly Of<"archived">[]): Block[] => {
  const rows = archived
    .slice(0, ROWS)
    .map(({ volume, path, archive }) => [code(volume ?? "—"), code(path, SAID), ...archiveWords(archive)]);
  const head = ["volume", "path", "files", "of them with anything in it", "size"];
  return rows.length === 0 ? [] : [{ name: "what was taken out", worth: 8, texts: [table(head, rows)] }];
};

/** A mark of ours is none of the app's files, and is not counted. */
const archiveWords = (archive: Archive): string[] =>
  archive.is === "missing"
    ? ["nothing is there", "", ""]
    : [String(archive.files), String(archive.filled), bytesWords(archive.bytes)];

const LINE_LIMIT = 600;

const hookBlocks = (hooks: readonly Of<"hook">[]): Block[] => {
  if (hooks.length === 0) return [];
  const rows = hooks
    .slice(0, ROWS)
    .map(({ phase, service, command, end }) => [phase, code(service), code(command, SAID), endWords(end)]);
  const said = hooks
    .filter(({ lines }) => lines.length > 0)
    .map(({ phase, service, lines }): Block => {
      const shown = lines.map((line) => cut(line.replaceAll(/\r?\n/g, " "), LINE_LIMIT)).join("\n");
      return {
        name: "what the hooks said",
        worth: 6,
        texts: [details(`${phase} of ${service}`, block(shown))],
      };
    });
  const all = table(["hook", "service", "command", "end"], rows);
  return [{ name: "the hooks", worth: 7, texts: [all] }, ...said];
};
