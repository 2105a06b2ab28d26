/**
 * What one spec says against another, as a diff: PreviousSpec against the new one, and what another writer changed.
 * Environment values were redacted where the engine's answer was read; equal ones still look equal.
 */
import type { Rollout, SpecWrite } from "../../verdict/rollout.ts";
import type { Block } from "../budget.ts";
import { block, byCodePoint, clock, count, cut, details } from "../markdown.ts";

const SHORT = 40;
const LINE_LIMIT = 1_000;

export const specDiffBlock = (rollout: Rollout): Block => {
  const name = "PreviousSpec";
  const seen = rollout.history.find(
    (s) => s.service.previous !== null && s.at >= (rollout.applied?.at ?? ""),
  );
  const previous = seen?.service.previous;
  if (!seen || !previous)
    return { name, worth: 1, texts: ["**PreviousSpec**: none was on the service while it was watched."] };
  const lines = diffOf(previous.lines, seen.service.spec.lines);
  const title = `PreviousSpec against the new spec, captured at ${clock(seen.at)} UTC (${count(lines.length, "line")})`;
  return {
    name,
    worth: 1,
    texts: [details(title, diffBlock(lines)), details(title, diffBlock(lines, SHORT))],
  };
};

/** Each write to the spec by somebody whom nobody here asked: when, from which version to which, and what it changed. */
export const foreignWritesBlock = ({ writes }: Rollout): Block[] => {
  const foreign = writes.filter((write) => write.by === "other" || write.by === "person");
  if (foreign.length === 0) return [];
  const told = (limit: number) =>
    ["**Written by another hand**", ...foreign.slice(0, 5).map((write) => foreignWrite(write, limit))].join(
      "\n\n",
    );
  return [{ name: "another writer's changes", worth: 8, texts: [told(400), told(SHORT)] }];
};

const foreignWrite = ({ at, service, from, by }: SpecWrite, limit: number): string => {
  const who = by === "person" ? "a rollback that somebody asked for" : "a writer that is not this run";
  const labels = diffOf(linesOfLabels(from?.labels ?? {}), linesOfLabels(service.spec.labels));
  const lines = diffOf(from?.lines ?? [], service.spec.lines).filter((line) => !/^. Labels\./.test(line));
  const said = `${clock(at)} UTC, Version.Index ${from?.version ?? "none"} → ${service.version}: ${who}. Its labels:`;
  const whole = details(`All else that it changed (${count(lines.length, "line")})`, diffBlock(lines, limit));
  return [said, diffBlock(labels, limit), ...(lines.length > 0 ? [whole] : [])].join("\n\n");
};

const linesOfLabels = (labels: Readonly<Record<string, string>>): string[] =>
  Object.entries(labels).map(([label, value]) => `${label} = ${value}`);

const diffOf = (was: readonly string[], is: readonly string[]): string[] => {
  const [old, fresh] = [new Set(was), new Set(is)];
  const gone = was.filter((line) => !fresh.has(line)).map((line) => `- ${line}`);
  const come = is.filter((line) => !old.has(line)).map((line) => `+ ${line}`);
  return [...gone, ...come].sort(
    (a, b) => byCodePoint(pathOf(a), pathOf(b)) || byCodePoint(b[0] ?? "", a[0] ?? ""),
  );
};
/** A value that changed stands under the one that it took the place of. */
const pathOf = (line: string): string => line.slice(2).split(" = ")[0] ?? "";

const diffBlock = (lines: readonly string[], limit = Number.POSITIVE_INFINITY): string => {
  if (lines.length === 0) return block("nothing differs", "diff");
  const shown = lines.slice(0, limit).map((line) => cut(line.replaceAll(/[\r\n]/g, " "), LINE_LIMIT));
  const rest = lines.length - shown.length;
  return block([...shown, ...(rest > 0 ? [`… ${count(rest, "more line")}`] : [])].join("\n"), "diff");
};
