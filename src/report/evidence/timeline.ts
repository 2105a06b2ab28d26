/**
 * The rollout as plain text, one line for each moment, so that a task's death stands beside the host's memory. What is too
 * much is folded in the middle; the ends, deaths and changes of UpdateStatus are always told.
 */

import type { MemorySample } from "../../verdict/death.ts";
import type { Observation } from "../../verdict/observation.ts";
import type { Rollout } from "../../verdict/rollout.ts";
import { bar, bytesWords } from "../amounts.ts";
import type { Block } from "../budget.ts";
import { block, clock, count, cut, oneLine } from "../markdown.ts";
import { KINDS, type Moment, momentsOf } from "./moments.ts";

const LIMITS = [58, 28, 12] as const;
const TEXT_LIMIT = 150;
/** The kinds that no limit folds. */
const ALWAYS = KINDS.indexOf("status change");
/** A sample says nothing of a moment that is further away. */
const SAMPLE_MS = 3_000;

export const timelineBlock = (
  rollout: Rollout,
  observations: readonly Observation[],
  verdict: string,
): Block => {
  const moments = momentsOf(rollout, ofThisRollout(observations), verdict);
  const [full = "", ...shorter] = LIMITS.map((limit) => timelineText(rollout, moments, limit));
  return { name: "timeline", worth: 8, texts: [full, ...shorter.filter((text) => text !== full)] };
};

const ofThisRollout = (observations: readonly Observation[]): readonly Observation[] => {
  const since = observations.slice(
    Math.max(
      0,
      observations.findLastIndex((o) => o.is === "before"),
    ),
  );
  const end = since.findIndex((o) => o.is === "settled");
  return end < 0 ? since : since.slice(0, end + 1);
};

const timelineText = (rollout: Rollout, moments: readonly Moment[], limit: number): string => {
  const chart = chartOf(rollout.memory);
  const head = `${"seconds".padStart(9)}  ${"UTC".padEnd(12)}  ${chart.head}`.trimEnd();
  const lines = fold(moments, limit).map((line) => {
    if (typeof line === "string") return `${" ".repeat(23)}  ${chart.blank}${line}`;
    const ms = Date.parse(line.at) - Date.parse(rollout.beganAt);
    const sinceStart = Number.isNaN(ms) ? "?" : (ms / 1000).toFixed(3);
    return `${sinceStart.padStart(9)}  ${clock(line.at).padEnd(12)}  ${chart.at(line.at)}${cut(oneLine(line.text), TEXT_LIMIT)}`;
  });
  const said = `**Timeline of ${rollout.name}**, from the moment before the deployer was called (tasks and events by the engine's clock)`;
  return `${said}\n\n${block([head, ...lines].join("\n"), "text")}`;
};

// ── what is folded ───────────────────────────────────────────────────────────

/** Where too many gaps would be left, one line at the end tells of them all. */
const MOST_GAPS = 3;

type Line = Moment | Moment[];
const isGap = (line: Line): line is Moment[] => Array.isArray(line);

const fold = (moments: readonly Moment[], limit: number): (Moment | string)[] => {
  const kept = keptOf(moments, limit);
  const lines: Line[] = [];
  for (const [index, moment] of moments.entries()) {
    const last = lines.at(-1);
    if (kept.has(index)) lines.push(moment);
    else if (last && isGap(last)) last.push(moment);
    else lines.push([moment]);
  }
  const gaps = lines.filter(isGap);
  if (gaps.length <= MOST_GAPS) return lines.map((line) => (isGap(line) ? `… ${foldedWords(line)}` : line));
  const told = lines.filter((line): line is Moment => !isGap(line));
  return [
    ...told.slice(0, -1),
    `… in between, not told here: ${foldedWords(gaps.flat())}`,
    ...told.slice(-1),
  ];
};

/** By kind, and of the kind that does not fit as a whole those nearest to the two ends. */
const keptOf = (moments: readonly Moment[], limit: number): Set<number> => {
  const kept = new Set<number>();
  KINDS.forEach((kind, rank) => {
    const those = moments.flatMap((m, index) => (m.kind === kind ? [index] : []));
    const room = rank <= ALWAYS ? those.length : Math.max(0, limit - kept.size);
    const [first, last] = [Math.ceil(room / 2), Math.floor(room / 2)];
    const fits =
      those.length <= room ? those : [...those.slice(0, first), ...(last > 0 ? those.slice(-last) : [])];
    for (const index of fits) kept.add(index);
  });
  return kept;
};

const foldedWords = (folded: readonly Moment[]): string =>
  KINDS.flatMap((kind) => {
    const n = folded.filter((m) => m.kind === kind).length;
    return n === 0 ? [] : [count(n, kind)];
  }).join(", ");

// ── memory, beside the moments ───────────────────────────────────────────────

type Chart = { head: string; blank: string; at: (iso: string) => string };
const NO_CHART: Chart = { head: "", blank: "", at: () => "" };

/** As wide as its head. */
const HOST = "host: available  ";
const PARENT = "engine: used  ";

const chartOf = (samples: readonly MemorySample[]): Chart => {
  if (samples.length === 0) return NO_CHART;
  const hasParent = samples.some(({ memory }) => (memory.parent?.limitBytes ?? null) !== null);
  const head = HOST + (hasParent ? PARENT : "");
  const blank = " ".repeat(head.length);
  return {
    head,
    blank,
    at: (iso) => {
      const { host, parent } = sampleAt(iso, samples)?.memory ?? {};
      if (!host) return blank;
      const ofHost = `${bar(host.availableBytes, host.totalBytes)} ${bytesWords(host.availableBytes).padStart(8)}`;
      const share = parent?.limitBytes ? parent.usageBytes / parent.limitBytes : null;
      const ofParent = share === null ? "" : `${bar(share, 1)} ${Math.round(share * 100)} %`;
      return ofHost.padEnd(HOST.length) + (hasParent ? ofParent.padEnd(PARENT.length) : "");
    },
  };
};

/** The last one that is not from after that moment. */
const sampleAt = (iso: string, samples: readonly MemorySample[]): MemorySample | null => {
  const ms = Date.parse(iso);
  const sample = samples.findLast((s) => Date.parse(s.at) <= ms);
  return sample && ms - Date.parse(sample.at) <= SAMPLE_MS ? sample : null;
};
