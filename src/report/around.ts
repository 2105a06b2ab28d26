/**
 * What a run went by beside the recipe's own files: what stood beside the app because it needs it, and an overlay that does more than
 * suit the recipe to its environment. Either may explain a verdict, whatever it is.
 */
import { short } from "../recipe/commit.ts";
import type { Limits } from "../recipe/policy/lent.ts";
import type { Observation } from "../verdict/observation.ts";
import { bytesWords } from "./amounts.ts";
import { type Block, story } from "./budget.ts";
import { code, oneLine } from "./markdown.ts";

type Seen<K extends Observation["is"]> = Extract<Observation, { is: K }>;

export const aroundBlocks = (seen: readonly Observation[]): Block[] => [
  ...dependenciesIn(seen).map(({ name, recipe, ref, commit }) =>
    story(`Beside it stands ${code(name)}: ${code(recipe)} at ${code(ref)} (${code(short(commit))}).`),
  ),
  ...overlayBlocks(overlayIn(seen)),
  ...lentWords(seen, code).map((words) => story(words)),
];

/** The same for a terminal. */
export const aroundLines = (seen: readonly Observation[]): string[] => {
  const overlay = overlayIn(seen);
  const beside = dependenciesIn(seen).map(
    ({ name, recipe, ref, commit }) => `beside it stood ${name}: ${recipe} at ${ref} (${short(commit)})`,
  );
  const lent = lentWords(seen, String);
  if (!isBeyond(overlay)) return [...beside, ...lent].map(oneLine);
  const remarks = overlay.remarks.map((remark) => `- ${placeOf(overlay, remark)}: ${whatOf(remark)}`);
  return [...beside, `${tooMuch(overlay.file)}:`, ...remarks, ...lent].map(oneLine);
};

/** Of the version that was deployed last: services that get the same are told together. */
const lentWords = (seen: readonly Observation[], quoted: (text: string) => string): string[] => {
  const before = seen.findLast((o) => o.is === "before");
  const lent = Object.entries(before?.expectation.lent ?? {});
  if (before === undefined || lent.length === 0) return [];
  const alike = new Map<string, string[]>();
  for (const [service, limits] of lent) {
    const words = limitWords(limits);
    const name = service.slice(before.expectation.stack.length + 1);
    alike.set(words, [...(alike.get(words) ?? []), name]);
  }
  const told = [...alike].map(
    ([words, services]) => `${services.map((name) => quoted(name)).join(", ")} ${words}`,
  );
  return [
    `Limits that the recipe does not set are the bot's (${quoted("defaults")} in ${quoted("POLICY")}): ${told.join("; ")}.`,
  ];
};

const limitWords = ({ memoryBytes, cpus, pids }: Partial<Limits>): string =>
  [
    ...(memoryBytes === undefined ? [] : [`${bytesWords(memoryBytes)} of memory`]),
    ...(cpus === undefined ? [] : [`${cpus} ${cpus === 1 ? "CPU" : "CPUs"}`]),
    ...(pids === undefined ? [] : [`${pids} processes`]),
  ].join(", ");

export const dependenciesIn = (seen: readonly Observation[]): Seen<"dependency">[] =>
  seen.filter((o) => o.is === "dependency");

/** That of the version that was deployed last. */
export const overlayIn = (seen: readonly Observation[]): Seen<"overlay"> | null =>
  seen.findLast((o) => o.is === "overlay") ?? null;

const isBeyond = (overlay: Seen<"overlay"> | null): overlay is Seen<"overlay"> =>
  overlay !== null && overlay.remarks.length > 0;

const overlayBlocks = (overlay: Seen<"overlay"> | null): Block[] => {
  if (!isBeyond(overlay)) return [];
  const lines = overlay.remarks.map(
    (remark) => `- ${code(placeOf(overlay, remark))}: ${code(whatOf(remark))}`,
  );
  return [story([`**${tooMuch(code(overlay.file))}:**`, ...lines].join("\n"))];
};

const tooMuch = (file: string): string =>
  `The overlay ${file} changes more than the environment, so part of what runs is not the recipe's`;

type OverlayRemark = Seen<"overlay">["remarks"][number];

const placeOf = ({ file }: Seen<"overlay">, { line }: OverlayRemark): string =>
  line === null ? file : `${file}:${line}`;
const whatOf = ({ service, what }: OverlayRemark): string =>
  service === null ? what : `${service}: ${what}`;
