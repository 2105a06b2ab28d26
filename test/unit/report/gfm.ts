/** What GitHub makes of a report, by a parser of GitHub's markdown that knows nothing of how the report was written. */
import type { Nodes, Root } from "mdast";
import { fromMarkdown } from "mdast-util-from-markdown";
import { gfmFromMarkdown } from "mdast-util-gfm";
import { gfm } from "micromark-extension-gfm";

const parsed = (markdown: string): Root =>
  fromMarkdown(markdown, { extensions: [gfm()], mdastExtensions: [gfmFromMarkdown()] });

const flat = (node: Nodes): readonly Nodes[] => [
  node,
  ...("children" in node ? node.children.flatMap((child) => flat(child)) : []),
];

/** Everything that is not merely shown: tags, pictures, links, headings, and the text that is not code. */
export const heard = (markdown: string) => {
  const nodes = flat(parsed(markdown));
  const of = <T extends Nodes["type"]>(type: T) =>
    nodes.filter((node): node is Extract<Nodes, { type: T }> => node.type === type);
  return {
    tags: of("html").map(({ value }) => value),
    images: of("image").length + of("imageReference").length,
    links: [...of("link").map(({ url }) => url), ...of("linkReference").map(({ identifier }) => identifier)],
    headings: of("heading").length,
    text: of("text")
      .map(({ value }) => value)
      .join("\n"),
    /** Rows of tables whose cells are not as many as their head's. */
    broken: of("table").filter(({ children: [head, ...rows] }) =>
      rows.some((row) => row.children.length !== head?.children.length),
    ).length,
  };
};
