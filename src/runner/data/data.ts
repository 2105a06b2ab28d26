/** What of an app's data outlives the act that saw it: the marks that were left in it, and the pieces that were taken out. */
import type { Taken } from "../../recipe/backup-labels.ts";
import type { DataObservation, Marked } from "../../verdict/data.ts";

export type Mark = Marked & {
  /** What a good read says. */
  expect: string;
  /** The command that reads it; null: it is a file, and is read as one. */
  read: string | null;
};
/** What a record says of it. */
export const whatOf = ({ mark, service, place }: Mark): Marked => ({ mark, service, place });
/** A file of ours, in a folder of the app's. */
export const MARK_FILE = ".testme-mark";
/** `file`: a tar of ours; `root`: the folder of the container in which it is extracted. */
type Piece = { taken: Taken; file: string; root: string };
/** `noted`: what was seen of the marks and the backup, for the record of a later stage that builds on it. */
export type Data = { marks: Mark[]; pieces: Piece[]; noted: DataObservation[] };
export const noData = (): Data => ({ marks: [], pieces: [], noted: [] });
