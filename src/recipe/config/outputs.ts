/**
 * What a dependency turned out to be, filled into the recipe's own values: `${sso.domain}`, `${sso.stack}`, `${sso.secret.client}`,
 * `${sso.env.REALM}`. `$$` is a `$`, and a `$` before anything but `{` and `$` is one too. A text that was checked against the names
 * of the dependencies can only lack what nobody knows before they stand: a secret or a variable of theirs.
 */
import { quoted } from "./quoted.ts";

export type Outputs = {
  domain: string;
  stack: string;
  /** By the name that abra knows them by. */
  secrets: ReadonlyMap<string, string>;
  env: ReadonlyMap<string, string>;
};
export type Filled = { is: "filled"; text: string } | { is: "lacking"; reason: string };

/** `outputs` by the dependency's name in testme.yml. */
export const fillIn = (text: string, outputs: ReadonlyMap<string, Outputs>): Filled => {
  let filled = "";
  for (const part of partsOf(text)) {
    if (typeof part === "string") {
      filled += part;
      continue;
    }
    const value = "reason" in part ? part : valueIn(part, outputs);
    if (typeof value !== "string") return { is: "lacking", reason: value.reason };
    filled += value;
  }
  return { is: "filled", text: filled };
};

/** Why that text cannot be filled in, whatever the dependencies turn out to be; empty where it can. */
export const wrongReferences = (text: string, dependencies: readonly string[]): string[] =>
  partsOf(text).flatMap((part) => {
    if (typeof part === "string") return [];
    if ("reason" in part) return [part.reason];
    return dependencies.includes(part.of) ? [] : [noDependency(part, dependencies)];
  });

/** Each reference, well formed or not, as it is written. */
export const referencesIn = (text: string): string[] =>
  partsOf(text).flatMap((part) => (typeof part === "string" ? [] : [part.written]));

type Output =
  | { is: "domain" }
  | { is: "stack" }
  | { is: "secret"; name: string }
  | { is: "env"; name: string };
type Reference = { written: string; of: string; output: Output };
type Wrong = { written: string; reason: string };

const partsOf = (text: string): (string | Reference | Wrong)[] => {
  const parts: (string | Reference | Wrong)[] = [];
  let at = 0;
  for (const match of text.matchAll(/\$\$|\$\{([^}]*)(\}?)/g)) {
    parts.push(text.slice(at, match.index));
    const [written, inside = "", end] = match;
    parts.push(written === "$$" ? "$" : referenceOf(written, inside, end === "}"));
    at = match.index + written.length;
  }
  return [...parts, text.slice(at)];
};

const FORMS = `\`\${name.domain}\`, \`\${name.stack}\`, \`\${name.secret.<name>}\` and \`\${name.env.<KEY>}\``;

const referenceOf = (written: string, inside: string, isClosed: boolean): Reference | Wrong => {
  const shown = quoted(written);
  if (!isClosed) return { written, reason: `${shown} has no \`}\`; for the text itself write \`$$\{\`` };
  const [of = "", kind = "", ...rest] = inside.split(".");
  const name = rest.join(".");
  const output = outputOf(kind, name);
  if (output === null)
    return {
      written,
      reason: `${shown} is no output of a dependency: there are ${FORMS}; for the text itself write ${quoted(`$${written}`)}`,
    };
  return { written, of, output };
};

const outputOf = (kind: string, name: string): Output | null => {
  if (kind === "domain" || kind === "stack") return name === "" ? { is: kind } : null;
  return (kind === "secret" || kind === "env") && name !== "" ? { is: kind, name } : null;
};

const valueIn = (
  { written, of, output }: Reference,
  outputs: ReadonlyMap<string, Outputs>,
): string | { reason: string } => {
  const from = outputs.get(of);
  if (from === undefined) return { reason: noDependency({ written }, [...outputs.keys()]) };
  switch (output.is) {
    case "domain":
    case "stack":
      return from[output.is];
    case "secret":
      return from.secrets.get(output.name) ?? lacking(written, of, "secret", from.secrets);
    case "env":
      return from.env.get(output.name) ?? lacking(written, of, "variable", from.env);
  }
};

/** A recipe may have many. */
const MOST_NAMES = 12;

const lacking = (written: string, of: string, what: string, has: ReadonlyMap<string, string>) => {
  const names = [...has.keys()].toSorted();
  const more = names.length - MOST_NAMES;
  const told = `${names.slice(0, MOST_NAMES).join(", ")}${more > 0 ? ` and ${more} more` : ""}`;
  const there = names.length === 0 ? "it has none" : `it has ${told}`;
  return { reason: `${quoted(written)}: ${of} has no such ${what} (${there})` };
};

const noDependency = ({ written }: Pick<Reference, "written">, known: readonly string[]): string => {
  const there = known.length === 0 ? "there are none" : `there is ${known.join(", ")}`;
  return `${quoted(written)}: there is no dependency of that name (${there})`;
};
