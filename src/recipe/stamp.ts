/**
 * The stamp is the label by which a running service says which commit it was deployed from. abra writes eight hex digits
 * and `+U` when the tree held anything git does not track, so two stamps are compared by their digits alone.
 */
import { type Commit, short } from "./commit.ts";

/** The only service that abra stamps. */
export const STAMPED = "app";

export const stampLabel = (stack: string): string => `coop-cloud.${stack}.chaos-version`;
export const stampOf = (commit: Commit, isDirty: boolean): string => short(commit) + (isDirty ? "+U" : "");
export const isStampOf = (stamp: string, commit: Commit): boolean =>
  stamp.replace(/\+U$/, "") === short(commit);
