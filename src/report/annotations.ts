/**
 * Findings on the pull request's own lines: the policy that let a rollback happen, the healthcheck that failed, the image
 * that could not be pulled. Invariant: only for the head under test, whose files are those that the reader sees, and only
 * where a place is on record. GitHub shows them as plain text and takes columns for a single line alone.
 */
import type { DeclaredService } from "../recipe/declared.ts";
import type { StageResult } from "../run/stage-result.ts";
import type { Observation } from "../verdict/observation.ts";
import { conventionRemarks } from "./conventions.ts";
import { cut, cutBytes, oneLine, visible } from "./markdown.ts";
import type { Remark } from "./remark.ts";
import { remarksOn } from "./remarks.ts";

export type Annotation = {
  path: string;
  startLine: number;
  endLine: number;
  startColumn: number | null;
  endColumn: number | null;
  level: Remark["level"];
  title: string;
  message: string;
};

/** GitHub takes so many in one request, and so much in each. */
const MOST = 50;
const TITLE_LIMIT = 255;
const MESSAGE_LIMIT_BYTES = 64_000;

export const annotationsOf = ({ stage, verdict, failedAt, observations }: StageResult): Annotation[] => {
  if (stage === "lint" && verdict.is === "pass")
    return conventionRemarks(observations).flatMap(annotation).slice(0, MOST);
  const isOfHead = failedAt !== null && "version" in failedAt && failedAt.version.is === "head";
  if (verdict.is !== "fail" || !isOfHead) return [];
  const declared = declaredBefore(observations);
  return verdict.findings
    .flatMap((finding) => remarksOn(finding, declared))
    .flatMap(annotation)
    .slice(0, MOST);
};

const declaredBefore = (observations: readonly Observation[]): readonly DeclaredService[] => {
  const rollout = observations.findLastIndex((o) => o.is === "before");
  const last = observations.slice(0, Math.max(rollout, 0)).findLast((o) => o.is === "declared");
  return last?.services ?? [];
};

const annotation = ({ at, level, title, message }: Remark): Annotation[] => {
  if (at === null) return [];
  const { file, line, endLine, column, endColumn } = {
    endLine: at.line,
    column: null,
    endColumn: null,
    ...at,
  };
  const isOneLine = line === endLine;
  return [
    {
      path: file,
      startLine: line,
      endLine,
      startColumn: isOneLine ? column : null,
      endColumn: isOneLine ? endColumn : null,
      level,
      title: cut(oneLine(title), TITLE_LIMIT),
      message: cutBytes(visible(message), MESSAGE_LIMIT_BYTES),
    },
  ];
};
