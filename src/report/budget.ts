/**
 * What of a report is told where GitHub takes no more. The story is never left out. Of the evidence, long blocks are
 * shortened first and then whole ones are dropped, each time what is worth least; what was done is said by name. Nothing is
 * cut inside a piece of markdown, since an open code span would hand the text from outside to GitHub's renderer.
 */
import { block, bytesOf, count, cutBytes } from "./markdown.ts";

/** One block; `texts` are its versions, the fullest first. Of two, the one that is worth less goes first. */
export type Block = { name: string; worth: number; texts: readonly [string, ...string[]] };

/** Worth of what is never left out. */
const STORY = Number.POSITIVE_INFINITY;
export const story = (text: string): Block => ({ name: "the story", worth: STORY, texts: [text] });

const BETWEEN = "\n\n";

/** The blocks in their order, then `foot`, in at most `limit` bytes of UTF-8. */
export const fitted = (blocks: readonly Block[], foot: string, limit: number): string => {
  const sizes = blocks.map(({ texts }) => texts.map(bytesOf));
  const levels = blocks.map(() => 0);
  for (const step of [null, ...stepsDown(blocks)]) {
    if (step) levels[step.index] = step.level;
    const note = noteOf(blocks, levels);
    const total = blocks.reduce((sum, _, i) => sum + sizeOr0(sizes[i]?.[levels[i] ?? 0]), bytesOf(note) + 2);
    if (total + bytesOf(foot) <= limit) return join([...textsAt(blocks, levels), note, foot]);
  }
  return storiesAlone(blocks, noteOf(blocks, levels), foot, limit);
};

const sizeOr0 = (size: number | undefined): number => (size === undefined ? 0 : size + BETWEEN.length);
const join = (parts: readonly string[]): string => parts.filter((part) => part !== "").join(BETWEEN);
const textsAt = (blocks: readonly Block[], levels: readonly number[]): string[] =>
  blocks.flatMap(({ texts }, index) => texts[levels[index] ?? 0] ?? []);

type Step = { index: number; level: number };

const stepsDown = (blocks: readonly Block[]): Step[] => {
  const order = blocks
    .map(({ worth, texts }, index) => ({ worth, index, versions: texts.length }))
    .filter(({ worth }) => worth !== STORY)
    .sort((a, b) => a.worth - b.worth || b.index - a.index);
  const shorter = order.flatMap(({ index, versions }) =>
    Array.from({ length: versions - 1 }, (_, i) => ({ index, level: i + 1 })),
  );
  return [...shorter, ...order.map(({ index, versions }) => ({ index, level: versions }))];
};

const noteOf = (blocks: readonly Block[], levels: readonly number[]): string => {
  const named = (isMeant: (level: number, versions: number) => boolean) => [
    ...new Set(blocks.flatMap((b, i) => (isMeant(levels[i] ?? 0, b.texts.length) ? [b.name] : []))),
  ];
  const shortened = named((level, versions) => level > 0 && level < versions);
  const dropped = named((level, versions) => level === versions);
  if (shortened.length + dropped.length === 0) return "";
  const said = [
    ...(dropped.length > 0 ? [`left out: ${dropped.join(", ")}`] : []),
    ...(shortened.length > 0 ? [`shortened: ${shortened.join(", ")}`] : []),
  ];
  return `GitHub takes no more than this, so here is ${said.join("; ")}. The run's evidence file has all of it.`;
};

/** Whole stories while they fit. One that is too long by itself is shown raw, in a fence that it cannot close. */
const storiesAlone = (blocks: readonly Block[], note: string, foot: string, limit: number): string => {
  const stories = blocks.filter((b) => b.worth === STORY).map((b) => b.texts[0]);
  const more = (n: number) => `Not told here: ${count(n, "more paragraph")} of findings.`;
  for (let kept = stories.length - 1; kept > 0; kept -= 1) {
    const text = join([...stories.slice(0, kept), more(stories.length - kept), note, foot]);
    if (bytesOf(text) <= limit) return text;
  }
  const rest = join([note, foot]);
  const room = Math.floor((limit - bytesOf(rest)) / 3);
  return join([block(cutBytes(stories[0] ?? "", room)), rest]);
};
