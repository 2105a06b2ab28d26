/**
 * What a comment asks for. A line is a command if its first word is exactly `!testme` and it is the author's own prose:
 * any line may be, so that people can quote or explain first. The first such line decides.
 * Never a command: a `>` line, anything in a fence (``` or ~~~, closed by as many or more), a line indented as code
 * (four spaces or a tab), inline code even over several lines, an HTML comment, a <pre> block.
 * In doubt it is none: a run that nobody asked for is worse than a command typed twice.
 * Left out on purpose: the rest of Markdown. `- !testme` and `**!testme**` begin with another word, so they are none.
 */

/**
 * `cancel`: every run of this pull request that is not over. `approve`: that commit of a stranger may run; `sha` is lower-case hex,
 * 12 digits or more.
 */
export type Command =
  | { is: "run" }
  | { is: "cancel" }
  | { is: "approve"; sha: string }
  | { is: "none" }
  | { is: "refusal"; say: string };

export function parseCommand(body: string): Command {
  for (const line of proseLines(body)) {
    const command = /^ {0,3}!testme(?:\s(.*))?$/.exec(line);
    if (command === null) continue;
    const extra = (command[1] ?? "").replaceAll(/<!--.*?(?:-->|$)/g, "").trim();
    if (extra === "") return { is: "run" };
    if (extra.toLowerCase() === "cancel") return { is: "cancel" };
    const approval = /^approve(?:\s+(.*))?$/.exec(extra.toLowerCase());
    if (approval !== null) return approve(approval[1] ?? "");
    return { is: "refusal", say: refuse(extra) };
  }
  return { is: "none" };
}

/** Fewer digits could name another commit, which somebody has made for that. */
function approve(sha: string): Command {
  if (/^[0-9a-f]{12,40}$/.test(sha)) return { is: "approve", sha };
  const say =
    "Please name the commit that you have looked at, by 12 or more of its hex digits: `!testme approve <sha>`.";
  return { is: "refusal", say };
}

/** The person's words come back as inline code, where they can neither mention anyone nor start a block. */
function refuse(extra: string): string {
  const shown = extra.replaceAll(/[`\s]+/g, " ").trim();
  const cut = shown.length > 60 ? `${shown.slice(0, 60)}…` : shown;
  const what = cut === "" ? "what follows it" : `\`${cut}\``;
  return `I cannot tell what ${what} should do. Please comment just \`!testme\`, which tests the install and the upgrade, or \`!testme cancel\`, which ends what is queued or at work here.`;
}

/** What the line at hand is inside of; `paragraph` holds lines until it is known what inline code spans them. */
type Inside =
  | { is: "prose"; paragraph: string[] }
  | { is: "fence"; mark: string; indent: number }
  | { is: "hidden"; until: "-->" | "</pre>" };

function* proseLines(body: string): Generator<string> {
  const lines = body.replace(/^\uFEFF/, "").split(/\r\n|\n|\r/);
  const lastCommentEnd = lines.findLastIndex((line) => line.includes("-->"));
  let inside: Inside = { is: "prose", paragraph: [] };
  for (const [index, line] of lines.entries()) {
    if (inside.is === "fence") {
      if (closesFence(line, inside)) inside = { is: "prose", paragraph: [] };
    } else if (inside.is === "hidden") {
      if (line.toLowerCase().includes(inside.until)) inside = { is: "prose", paragraph: [] };
    } else if (continuesParagraph(line, inside.paragraph)) {
      inside.paragraph.push(line);
    } else {
      const read = readParagraph(inside.paragraph, index <= lastCommentEnd);
      yield* read.lines;
      inside = read.isCommentOpen ? hiddenAfter(line) : opened(line);
    }
  }
  if (inside.is === "prose") yield* readParagraph(inside.paragraph, false).lines;
}

const hiddenAfter = (line: string): Inside =>
  line.includes("-->") ? { is: "prose", paragraph: [] } : { is: "hidden", until: "-->" };

const isIndented = (line: string): boolean => /^(?: {4}| {0,3}\t)/.test(line);
const fenceOpening = /^((?: {0,3}(?:[-*+]|\d{1,9}[.)])(?= ))* {0,3})(`{3,}(?=[^`]*$)|~{3,})/;

/** Blank lines, quotes, fences and hidden blocks end a paragraph; an indented line goes on with one but starts none. */
function continuesParagraph(line: string, paragraph: readonly string[]): boolean {
  if (line.trim() === "" || /^ {0,3}(?:>|<!--|<pre\b)/i.test(line) || fenceOpening.test(line)) return false;
  return paragraph.length > 0 || !isIndented(line);
}

/** What such a line opens. */
function opened(line: string): Inside {
  const fence = fenceOpening.exec(line);
  if (fence !== null) {
    const [, before = "", mark = ""] = fence;
    return { is: "fence", mark, indent: /[^ ]/.test(before) ? before.length : 0 };
  }
  const lower = line.toLowerCase();
  if (/^ {0,3}<!--/.test(lower) && !lower.includes("-->")) return { is: "hidden", until: "-->" };
  if (/^ {0,3}<pre\b/.test(lower) && !lower.includes("</pre>")) return { is: "hidden", until: "</pre>" };
  return { is: "prose", paragraph: [] };
}

/** The same mark at least as often, nothing behind it, and indented by less than four past where its block starts. */
function closesFence(line: string, fence: { mark: string; indent: number }): boolean {
  const closing = /^( *)(`{3,}|~{3,})[ \t]*$/.exec(line);
  if (closing === null) return false;
  const [, before = "", mark = ""] = closing;
  return mark.startsWith(fence.mark) && before.length < fence.indent + 4;
}

/**
 * The lines of a paragraph that begin outside inline code and comments. A comment that does not end in its paragraph
 * hides what follows if someone closed it further down; if nobody did, it is just text.
 */
function readParagraph(
  paragraph: readonly string[],
  isCommentClosedLater: boolean,
): { lines: string[]; isCommentOpen: boolean } {
  const text = paragraph.join("\n");
  const covered = coveredSpans(text, isCommentClosedLater);
  let [start, next] = [0, 0];
  const lines = paragraph.filter((line) => {
    const at = start;
    start += line.length + 1;
    while ((covered[next]?.to ?? Infinity) <= at) next++;
    return at <= (covered[next]?.from ?? Infinity);
  });
  return { lines, isCommentOpen: covered.at(-1)?.to === Infinity };
}

type Span = { from: number; to: number };

function coveredSpans(text: string, isCommentClosedLater: boolean): Span[] {
  const spans: Span[] = [];
  const closing = closingRuns(text);
  const lastEnd = text.lastIndexOf("-->");
  const commentEnd = (from: number): number => (from > lastEnd ? -1 : text.indexOf("-->", from));
  // An escaped character, a run of backticks, or the start of a comment: whichever comes first.
  const token = /\\[^\n]|`+|<!--/g;
  for (let match = token.exec(text); match !== null; match = token.exec(text)) {
    const [what] = match;
    if (what.startsWith("\\")) continue;
    const isComment = what === "<!--";
    const at = isComment ? commentEnd(token.lastIndex) : closing(what.length, token.lastIndex);
    if (at < 0 && isComment && isCommentClosedLater) return [...spans, { from: match.index, to: Infinity }];
    if (at < 0) continue;
    token.lastIndex = at + (isComment ? "-->" : what).length;
    spans.push({ from: match.index, to: token.lastIndex });
  }
  return spans;
}

/**
 * Where the next run of exactly that many backticks starts, at or after an index; -1 where there is none. The index may
 * only grow from call to call, so that a comment full of backticks costs no more than its length.
 */
function closingRuns(text: string): (length: number, from: number) => number {
  const starts = new Map<number, { at: number[]; next: number }>();
  for (const { 0: run, index } of text.matchAll(/`+/g)) {
    const same = starts.get(run.length);
    if (same === undefined) starts.set(run.length, { at: [index], next: 0 });
    else same.at.push(index);
  }
  return (length, from) => {
    const same = starts.get(length);
    if (same === undefined) return -1;
    while ((same.at[same.next] ?? Infinity) < from) same.next++;
    return same.at[same.next] ?? -1;
  };
}
