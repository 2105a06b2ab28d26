/** What an app that serves has answered, and what an upgrade took away: one sentence each. */
import type { Observation } from "../verdict/observation.ts";
import { lastAnswers } from "../verdict/serving.ts";
import { type Block, story } from "./budget.ts";
import { code, count } from "./markdown.ts";

export const servingBlocks = (seen: readonly Observation[]): Block[] =>
  lastAnswers(seen).flatMap((probe) => {
    const said = answered(probe);
    return said === null ? [] : [story(`${code(probe.service)} ${said} on port ${probe.port}.`)];
  });

const answered = ({ wants, answer }: ReturnType<typeof lastAnswers>[number]): string | null => {
  const path = wants.is === "http" && wants.path !== "/" ? ` to ${code(wants.path)}` : "";
  switch (answer.is) {
    case "http":
      return `answers HTTP ${answer.status}${path}`;
    case "tcp":
      return `takes ${count(answer.answers, "connection")} in a row`;
    case "none":
      return null;
  }
};

export const orphanBlocks = (seen: readonly Observation[]): Block[] => {
  const services = seen.flatMap((o) => (o.is === "orphan-removed" ? [code(o.service)] : []));
  return services.length === 0
    ? []
    : [story(`Removed ${services.join(", ")}, which this version has no longer.`)];
};
