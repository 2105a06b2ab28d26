/**
 * Takes secrets out of a text: those that are known by value, in whatever form, and those that nothing else looks like (a
 * private key, a token of GitHub). Each pass takes time in proportion to the text, however hostile: it is read as it comes.
 */
import { formsOf } from "./secret-forms.ts";

export type Mask = (text: string) => string;

/** One pass, the longest first, so that no value is looked for in what stands for another. `known`: what to say for each form. */
export const replacing = (known: ReadonlyMap<string, string>): Mask => {
  if (known.size === 0) return (text) => text;
  const longestFirst = [...known.keys()].sort((a, b) => b.length - a.length);
  const any = new RegExp(longestFirst.map(literally).join("|"), "g");
  return (text) => text.replace(any, (value) => known.get(value) ?? "<redacted>");
};

const literally = (value: string): string => value.replace(/[\\^$.*+?()[\]{}|]/g, "\\$&");

/** Adds each form of it, unless that is too short to mean anything. */
export const learn = (known: Map<string, string>, secret: string, label: string, shortest: number): void => {
  for (const form of formsOf(secret)) if (form.length >= shortest && !known.has(form)) known.set(form, label);
};

const KEY = "<redacted private key>";
const BEGIN = "-----BEGIN [A-Z0-9 ]{0,40}PRIVATE KEY[A-Z ]{0,40}-----";
const END = "-----END [A-Z0-9 ]{0,40}PRIVATE KEY[A-Z ]{0,40}-----";
const KEY_BLOCK = new RegExp(`${BEGIN}(?:(?!-----BEGIN )[\\s\\S])*?${END}`, "g");
/** One of which the text holds only a part: what follows its first line, or comes before its last one. */
const OPEN_BLOCK = new RegExp(`${BEGIN}(?:\\s+[A-Za-z0-9+/=]+(?=\\s|$))*`, "g");
const LAST_LINE = new RegExp(`^${END}`);
const BODY_LINE = /^[A-Za-z0-9+/=]+\r?$/;

const GITHUB_TOKEN = /\b(?:gh[opsur]_[\w.-]{16,}|github_pat_\w{16,})/g;

/** Line by line, since a pattern that looks for the end from each line of the body would read the text again and again. */
const withoutCutBlocks: Mask = (text) => {
  if (!text.includes("PRIVATE KEY")) return text;
  const kept: string[] = [];
  for (const line of text.split("\n")) {
    const isLast = LAST_LINE.test(line);
    while (isLast && BODY_LINE.test(kept.at(-1) ?? "")) kept.pop();
    kept.push(isLast ? line.replace(LAST_LINE, KEY) : line);
  }
  return kept.join("\n");
};

/** What nothing else looks like, whoever made it. */
export const maskShapes: Mask = (text) =>
  withoutCutBlocks(text.replace(KEY_BLOCK, KEY).replace(OPEN_BLOCK, KEY)).replace(
    GITHUB_TOKEN,
    "<redacted token>",
  );
