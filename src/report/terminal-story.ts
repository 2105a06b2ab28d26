/** The story of a finished stage as plain text: the same words as the check run's first paragraph. */
import type { StageResult } from "../run/stage-result.ts";
import { oneLine } from "./markdown.ts";
import { storyOf } from "./story.ts";
import { findingTitle } from "./words.ts";

export const storyText = ({ stage, verdict, cleanupFault }: StageResult): string[] => {
  const cleanup = cleanupFault
    ? [oneLine(`the teardown did not finish: ${cleanupFault.message}. ${cleanupFault.mend}`)]
    : [];
  if (verdict.is === "inconclusive") return [`${stage}: ${verdict.fault.mend}`, ...cleanup];
  if (verdict.is !== "fail") return cleanup;
  return [
    ...verdict.findings.flatMap((finding) => {
      const { happened, isNot, next } = storyOf(finding);
      return [
        `${stage}: ${findingTitle(finding)}`,
        `  what happened: ${plain(happened)}`,
        `  what it is not: ${plain(isNot)}`,
        `  what to do next: ${plain(next)}`,
      ];
    }),
    ...cleanup,
  ];
};

const plain = (markdown: string): string => oneLine(markdown.replaceAll("`", ""));
