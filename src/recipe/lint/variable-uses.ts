/**
 * The variables that compose files fill in and that an operator has to know of: not those that abra gives every app, nor those
 * that abra.sh exports. A key without a value under `environment` takes its variable's, and stays away where there is none.
 */
import { isNode, visit } from "yaml";
import { variablesIn } from "../variable.ts";
import { partsOf, type Reading } from "./reading.ts";
import { at, entriesOf, textOf, type Written } from "./written.ts";

/** Where it is first used; optional where every use has a default. */
export type VariableUse = { name: string; file: string; line: number | null; isOptional: boolean };

const given = new Set(["DOMAIN", "STACK_NAME", "LETS_ENCRYPT_ENV"]);

export const variableUses = ({ compose, services, exported }: Reading): VariableUse[] => {
  const versions = configVersions(compose);
  const uses = new Map<string, VariableUse>();
  for (const use of [...compose.flatMap(filledIn), ...[...services.values()].flat().flatMap(passedOn)]) {
    if ([given, exported, versions].some((known) => known.has(use.name))) continue;
    const known = uses.get(use.name);
    // The use without a default is the one that says what is missing.
    if (known === undefined || (known.isOptional && !use.isOptional)) uses.set(use.name, use);
  }
  return [...uses.values()];
};

/** They belong into abra.sh, and rule config-version asks for them there. */
const configVersions = (compose: readonly Written[]): Set<string> =>
  new Set(
    [...partsOf(compose, "configs").values()]
      .flat()
      .flatMap((part) => variablesIn(textOf(at(part, "name")) ?? ""))
      .filter((name) => name.endsWith("_VERSION")),
  );

const variable = /\$(?:\$|\{([A-Za-z_]\w*)(:?-)?|([A-Za-z_]\w*))/g;

const filledIn = ({ source, file, node }: Written): VariableUse[] => {
  const uses: VariableUse[] = [];
  if (!isNode(node)) return uses;
  visit(node, {
    Scalar(key, scalar) {
      if (key === "key") return;
      for (const [, braced, fallback, plain] of String(scalar.value).matchAll(variable)) {
        const name = braced ?? plain;
        if (name) uses.push({ name, file, line: source.lineAt(scalar), isOptional: fallback !== undefined });
      }
    },
  });
  return uses;
};

const passedOn = (service: Written): VariableUse[] =>
  entriesOf(at(service, "environment")).flatMap(({ key, value, file, line }) =>
    value === null && /^[A-Za-z_]\w*$/.test(key) ? [{ name: key, file, line, isOptional: true }] : [],
  );
