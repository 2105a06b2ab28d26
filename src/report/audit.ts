/** The audit log in a terminal: a line for each decision. */
import type { Decision } from "../command/decision.ts";
import { oneLine } from "./markdown.ts";

export const auditLine = ({
  at,
  outcome,
  who,
  what,
  repository,
  pull,
  commit,
  because,
  runId,
}: Decision): string =>
  oneLine(
    [
      at,
      outcome,
      who,
      what,
      `${repository}#${pull}`,
      commit ?? "no commit",
      because,
      ...(runId === null ? [] : [`run ${runId}`]),
    ].join(" | "),
  );
