/**
 * What the operator of a bot lets recipes ask for. It is a setting of the bot's; nothing that lies in a repository can widen it.
 */
import * as z from "zod";

/** By the name of a rule: all of it, or the very values that it may name. */
const Exceptions = z.record(z.string(), z.union([z.literal(true), z.array(z.string())]));
const GIB = 1024 ** 3;
const PolicyJson = z.strictObject({
  /** External networks that a stack may join. */
  networks: z.array(z.string()).default(["proxy"]),
  /** Registries that images may come from; null for all. */
  registries: z.array(z.string()).nullable().default(null),
  /** Labels of nodes that no recipe may ask for. */
  managerLabels: z.array(z.string()).default([]),
  maxServices: z.number().int().positive().default(40),
  maxReplicas: z.number().int().positive().default(20),
  /** Of one task, as a limit or a reservation; null for no ceiling. */
  maxMemoryBytes: z.number().int().positive().nullable().default(null),
  maxCpus: z.number().positive().nullable().default(null),
  /** Limits of one task, lent to services that set none; null for none. */
  defaults: z
    .strictObject({
      memoryBytes: z
        .number()
        .int()
        .positive()
        .nullable()
        .default(2 * GIB),
      cpus: z.number().positive().nullable().default(2),
      pids: z.number().int().positive().nullable().default(4096),
    })
    .prefault({}),
  /** By `owner/name` of a repository (a recipe on a disk: its folder's name); `*` is every one. */
  exceptions: z.record(z.string(), Exceptions).default({}),
});

export type Policy = Readonly<z.infer<typeof PolicyJson>>;
/** As it is for one recipe. */
export type RecipePolicy = Omit<Policy, "exceptions"> & {
  allows: (rule: string, what: string) => boolean;
};

export type PolicyRead = { is: "policy"; policy: Policy } | { is: "invalid"; reason: string };

export const defaultPolicy: Policy = PolicyJson.parse({});

/** `rules` are the names that an exception may have; a misspelt one would be an exception that nobody gets. */
export const parsePolicy = (text: string, rules: ReadonlySet<string>): PolicyRead => {
  const parsed = PolicyJson.safeParse(jsonOf(text));
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    const at = issue?.path.join(".");
    return { is: "invalid", reason: `${at ? `${at}: ` : ""}${issue?.message ?? "no policy"}` };
  }
  const named = Object.entries(parsed.data.exceptions).flatMap(([recipe, given]) =>
    Object.keys(given).map((rule) => ({ recipe, rule })),
  );
  const lost = named.find(({ rule }) => !rules.has(rule));
  return lost === undefined
    ? { is: "policy", policy: parsed.data }
    : { is: "invalid", reason: `exceptions.${lost.recipe}: there is no rule ${lost.rule}` };
};

/** Undefined, which no schema takes, for what is no JSON. */
const jsonOf = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
};

/** GitHub's names have no case. */
export const policyFor = ({ exceptions, ...policy }: Policy, repository: string): RecipePolicy => {
  const own = Object.entries(exceptions).flatMap(([name, given]) =>
    name === "*" || name.toLowerCase() === repository.toLowerCase() ? [given] : [],
  );
  return {
    ...policy,
    allows: (rule, what) =>
      own.some((given) => {
        const allowed = Object.hasOwn(given, rule) ? given[rule] : undefined;
        return allowed === true || (allowed?.includes(what) ?? false);
      }),
  };
};
