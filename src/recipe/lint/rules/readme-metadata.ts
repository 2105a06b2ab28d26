/** The lines that the catalogue of recipes is made of; whether what they say is true is left to who reads them. */
import { README } from "../reading.ts";
import { type LintRemark, listed, shown } from "../remark.ts";
import type { Rule } from "../rule.ts";

const wanted = ["Category", "Status", "Image", "Healthcheck", "Backups", "Email", "Tests", "SSO"];

export const readmeMetadata: Rule = {
  name: "readme-metadata",
  severity: "warning",
  asks: "`README.md` holds the catalogue's metadata",
  why: "The catalogue of recipes is made of it; people choose by it what they dare to run.",
  instead: `Write one line for each of ${wanted.join(", ")}, as in \`* **Status**: 3, stable\`, between \`<!-- metadata -->\` and \`<!-- endmetadata -->\`.`,
  check: ({ files }) => {
    const text = files.get(README);
    if (text === undefined) return [on(null, `the recipe has no \`README.md\`: write one with ${form}`)];
    const said = metadataIn(text);
    const missing = wanted.filter((key) => !said.has(key));
    const empty = [...said].filter(([, { value }]) => value === "");
    if (said.size === 0) return [on(1, `there is no metadata: write ${form}`)];
    const end = [...said.values()].at(-1)?.line ?? null;
    return [
      ...empty.map(([key, { line }]) =>
        on(line, `the metadata says nothing of ${shown(key)}: write it behind the colon`),
      ),
      ...(missing.length === 0
        ? []
        : [on(end, `the metadata has no line for ${listed(missing)}: write ${form}`)]),
    ];
  },
};

const form = `${listed(wanted)}, each on a line like \`* **Status**: 3, stable\``;

const on = (line: number | null, message: string): LintRemark => ({ file: README, line, message });

/** In the order of their lines. */
const metadataIn = (text: string): Map<string, { value: string; line: number }> => {
  const said = new Map<string, { value: string; line: number }>();
  for (const [index, line] of text.split(/\r?\n/).entries()) {
    const [, name, value = ""] = /^\s*[*-]\s+\*\*([A-Za-z]+):?\*\*:?(.*)$/.exec(line) ?? [];
    const key = wanted.find((known) => known.toLowerCase() === name?.toLowerCase());
    if (key !== undefined && !said.has(key)) said.set(key, { value: value.trim(), line: index + 1 });
  }
  return said;
};
