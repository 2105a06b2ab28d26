/** What a queued run waits for, in words that change only when a reader would care. */
import type { Place } from "../run/stage-result.ts";
import { code } from "./markdown.ts";

export const plainRun = ({ run }: NonNullable<Place["behind"]>): string => run;
export const linkedRun = ({ run, url }: NonNullable<Place["behind"]>): string =>
  url === null ? code(run) : `[${code(run)}](${url})`;

/** In the order in which they matter; none where the run is about to begin. */
export const placeWords = (
  { ahead, startsInMs, behind, lack }: Place,
  nameOf: (behind: NonNullable<Place["behind"]>) => string,
): string[] => [
  ...(behind ? [`behind run ${nameOf(behind)}, which works on the same app domain`] : []),
  ...(ahead > 0 ? [`${ahead} ${ahead === 1 ? "run" : "runs"} before it in the queue`] : []),
  ...(startsInMs === null || startsInMs <= 0 ? [] : [`begins in about ${roughly(startsInMs)}`]),
  ...(lack === null ? [] : [`waiting: ${lack}`]),
];

/** Coarser the longer it is, so that a guess does not look like knowledge. */
const roughly = (ms: number): string => {
  const minutes = ms / 60_000;
  if (minutes <= 1) return "a minute";
  if (minutes <= 10) return `${Math.round(minutes)} min`;
  if (minutes <= 60) return `${Math.round(minutes / 5) * 5} min`;
  return `${Math.round(minutes / 60)} h`;
};
