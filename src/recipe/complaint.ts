/**
 * What is wrong with a recipe's own files, as its maintainer is told it. Invariant: `file` is relative to the recipe,
 * `line` counts from 1 and is null where it is not sure, and `reason` shows no path of our host.
 */
export type Complaint = { file: string; line: number | null; reason: string };

/** Recipe files in the order in which docker merges them: name, relative to the recipe, and text. */
export type Sources = ReadonlyMap<string, string>;
