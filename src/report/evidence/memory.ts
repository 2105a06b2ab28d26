/** The kernel's own account of memory on both sides of a death: the container, all of the engine's containers, the host. */
import type { Death, MemorySample } from "../../verdict/death.ts";
import type { CgroupMemory, HostMemory } from "../../verdict/observation.ts";
import { bytesWords } from "../amounts.ts";
import type { Block } from "../budget.ts";
import { clock, code, table } from "../markdown.ts";

/** Empty where there is no sample on one of the sides; the task's table then says why. */
export const memoryBlock = (death: Death): Block[] =>
  death.memory === null
    ? []
    : [{ name: "memory around the death", worth: 6, texts: [memoryTable(death, death.memory)] }];

const memoryTable = (death: Death, { before, after }: NonNullable<Death["memory"]>): string => {
  const rows: [string, (sample: MemorySample) => string | null][] = [
    ...cgroupRows("its container", ({ memory }) => memory.containers[death.task.container ?? ""] ?? null),
    ...cgroupRows("all of the engine's containers", ({ memory }) => memory.parent),
    ...hostRows,
  ];
  const told = rows.flatMap(([what, of]) => {
    const [from, to] = [of(before), of(after)];
    return from === null && to === null ? [] : [[what, from ?? "—", to ?? "— (gone)"]];
  });
  return `**Memory around the death** (task ended at ${clock(death.task.changedAt)})\n\n${table(
    ["", `before, ${clock(before.at)}`, `after, ${clock(after.at)}`],
    told,
  )}${neighbours(death)}`;
};

type Row = [string, (sample: MemorySample) => string | null];

const cgroupRows = (who: string, of: (sample: MemorySample) => CgroupMemory | null): Row[] => {
  const value = (get: (m: CgroupMemory) => string | null) => (sample: MemorySample) => {
    const memory = of(sample);
    return memory ? get(memory) : null;
  };
  const counter = (get: (m: CgroupMemory) => number | null) => value((m) => numberWords(get(m)));
  return [
    [`${who}: used of limit`, value((m) => `${bytesWords(m.usageBytes)} of ${limitWords(m.limitBytes)}`)],
    [`${who}: peak`, value((m) => (m.peakBytes === null ? null : bytesWords(m.peakBytes)))],
    [`${who}: limit hit, times`, counter((m) => m.limitHits)],
    [`${who}: ${code("oom_kill")}`, counter((m) => m.oomKills)],
  ];
};

const limitWords = (bytes: number | null): string => (bytes === null ? "no limit" : bytesWords(bytes));
const numberWords = (n: number | null): string | null => (n === null ? null : String(n));

const hostRows: Row[] = [
  [
    "host: available",
    ({ memory: { host } }) => `${bytesWords(host.availableBytes)} of ${bytesWords(host.totalBytes)}`,
  ],
  [`host: ${code("oom_kill")}`, ({ memory: { host } }) => numberWords(host.oomKills)],
  ["host: stalled on memory (PSI, some · full, last 10 s)", ({ memory: { host } }) => pressureWords(host)],
];

const pressureWords = ({ pressure }: HostMemory): string | null =>
  pressure && `${pressure.some.toFixed(1)} % · ${pressure.full.toFixed(1)} %`;

const neighbours = ({ othersKilled }: Death): string =>
  othersKilled.length === 0
    ? ""
    : `\n\nAlso killed for want of memory in that time: ${othersKilled
        .slice(0, 5)
        .map((e) => `${code(e.service ?? e.id, 100)} at ${clock(e.at)}`)
        .join(", ")}.`;
