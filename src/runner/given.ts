/** What testme.yml gives to a recipe beside its own files, with what its dependencies turned out to be filled in. */
import { fillIn, type Outputs, referencesIn } from "../recipe/config/outputs.ts";
import { RECIPE_CONFIG } from "../recipe/recipe-config.ts";
import { Fault } from "../verdict/fault.ts";
import type { Given } from "./read-recipe.ts";
import type { Standing, StandingBeside, Work } from "./work.ts";

type Values = Readonly<Record<string, string>>;

/**
 * Throws a Fault where a dependency that stands has no such secret or variable. Where what the recipe depends on does not stand it
 * is only read: then what .env.sample says by itself will do, and any secret.
 */
export const givenBy = ({ config, standing }: Pick<Work, "config" | "standing">): Given => {
  const outputs = outputsIn(standing);
  const isThere = Object.keys(config.dependencies).every((name) => outputs.has(name));
  return isThere
    ? { env: filled("env", config.env, outputs), secrets: filled("secrets", config.secrets, outputs) }
    : {
        env: filled("env", withoutReferences(config.env), outputs),
        secrets: new Map(Object.entries(config.secrets)),
      };
};

const withoutReferences = (values: Values): Values =>
  Object.fromEntries(Object.entries(values).filter(([, text]) => referencesIn(text).length === 0));

/** By the dependency's name in testme.yml. */
export const outputsIn = ({ beside }: Pick<Standing, "beside">): Map<string, Outputs> =>
  new Map([...beside].map(([name, standing]) => [name, outputsOf(standing)]));

/** Values by their names, each filled in; `place` is where testme.yml has them. */
export const filled = (
  place: string,
  values: Values,
  outputs: ReadonlyMap<string, Outputs>,
): Map<string, string> =>
  new Map(
    Object.entries(values).map(([name, text]) => {
      const value = fillIn(text, outputs);
      if (value.is === "filled") return [name, value.text];
      throw new Fault(
        "dependency",
        `${RECIPE_CONFIG}: ${place}.${name}: ${value.reason}`,
        "Name what the dependency has.",
      );
    }),
  );

const outputsOf = ({ stack, domain, standing }: StandingBeside): Outputs => ({
  domain,
  stack: stack.name,
  secrets: standing.made,
  env: standing.recipe?.app.values ?? new Map(),
});
