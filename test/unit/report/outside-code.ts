// What a reader's browser is given to interpret, as against what it merely shows.

/** What is left to GitHub's renderer when all code is taken out as CommonMark does it. */
export const outsideCode = (markdown: string): string => {
  const prose: string[] = [];
  let fence: string | null = null;
  for (const line of markdown.split("\n")) {
    const mark: string | undefined = /^(`{3,})/.exec(line)?.[1];
    if (fence !== null) {
      if (mark && mark.length >= fence.length && line.trim() === mark) fence = null;
    } else if (mark && !line.slice(mark.length).includes("`")) fence = mark;
    else prose.push(line);
  }
  return prose.join("\n").replaceAll(/(?<!`)(`+)(?!`)[\s\S]*?(?<!`)\1(?!`)/g, "«»");
};
