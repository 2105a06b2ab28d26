/**
 * The single values of testme.yml: how each is written, what it means, and what is said where it is written otherwise. Whatever may get
 * near a command line of ours (a ref, a repository, a file name) is held to a shape that no option and no path upwards has.
 */
import * as z from "zod";
import { longestValue, steersHost } from "../variable.ts";

/** For what is there and is no such thing; what is missing is told in other words. */
export const unless = (says: string) => ({
  error: ({ input }: { input?: unknown }) => (input === undefined || input === null ? undefined : says),
});

/** A text that says something. */
export const words = (longest = 200) =>
  z
    .string()
    .refine((text) => text.trim() !== "", { error: "is empty" })
    .max(longest, { error: `is longer than ${longest} characters` });

/**
 * A text that people write bare, though YAML takes `1.10` for a number and `yes` for a word: the reader of the file hands it on as it
 * stands there, and editors let all of it pass.
 */
export const Text = z
  .string()
  .max(longestValue, { error: `is longer than ${longestValue} characters` })
  .refine((text) => !text.includes("\0"), { error: "holds a NUL byte" })
  .meta({ type: ["string", "number", "boolean"] });

const UNIT_MS = { s: 1_000, m: 60_000, h: 3_600_000 };
const LONGEST_HOURS = 24;
const DURATION = `must be a duration such as \`90s\`, \`15m\` or \`1h\`, of at most ${LONGEST_HOURS}h`;
const durationParts = /^([1-9]\d{0,5})([smh])$/;

export const Duration = z
  .string(unless(DURATION))
  .regex(durationParts, { error: DURATION })
  .refine((text) => !(durationMs(text) > LONGEST_HOURS * UNIT_MS.h), { error: DURATION });

/** Of a text that is a `Duration`. */
export const durationMs = (text: string): number => {
  const [, count, unit] = durationParts.exec(text) ?? [];
  return Number(count) * (unit === "h" ? UNIT_MS.h : unit === "m" ? UNIT_MS.m : UNIT_MS.s);
};

const MEMORY = "must be an amount of memory such as `512M` or `2G`";
const memoryParts = /^(\d{1,6}(?:\.\d{1,3})?)([MG])$/;

/** In units of 1024, as docker counts. */
export const Memory = z
  .string(unless(MEMORY))
  .regex(memoryParts, { error: MEMORY })
  .refine((text) => memoryBytes(text) !== 0, { error: MEMORY });

/** Of a text that is a `Memory`. */
export const memoryBytes = (text: string): number => {
  const [, count, unit] = memoryParts.exec(text) ?? [];
  return Math.round(Number(count) * (unit === "G" ? 1024 ** 3 : 1024 ** 2));
};

const PORT = "must be a port, 1 to 65535";
export const Port = z.int(unless(PORT)).min(1, { error: PORT }).max(65_535, { error: PORT });

const SERVICE = "must be the name of a service, as the compose file calls it";
export const Service = z.string(unless(SERVICE)).regex(/^[A-Za-z0-9][\w.-]{0,62}$/, { error: SERVICE });

const REF = "must be a tag, a branch or a full commit";
export const Ref = z
  .string(unless(REF))
  .regex(/^[A-Za-z0-9_](?!.*(?:\.\.|\/\/|@\{))[\w.+/@#-]{0,199}$/, { error: REF })
  .meta({ type: ["string", "number"] });

const REPOSITORY =
  "must be `owner/name`, or the address of a repository that begins with `https://` and holds no password";
export const Repository = z
  .string(unless(REPOSITORY))
  .regex(
    /^(?:https:\/\/[A-Za-z0-9][\w.-]*(?::\d{1,5})?(?:\/(?!\.)[\w.~+-]+)+\/?|[A-Za-z0-9][\w-]*\/(?![.-])[\w.-]+)$/,
    {
      error: REPOSITORY,
    },
  );

const OVERLAY = "must be the name of a compose file beside compose.yml, such as `compose.testme.yml`";
export const OverlayName = z
  .string(unless(OVERLAY))
  .regex(/^compose\.(?!ya?ml$)[\w.-]+\.ya?ml$/, { error: OVERLAY });

/** The run itself gives them their values. */
const own = new Set(["DOMAIN", "STACK_NAME", "LETS_ENCRYPT_ENV"]);

export const VariableName = z
  .string()
  .regex(/^[A-Za-z_]\w*$/, { error: "may hold letters, digits and `_` only, and no digit comes first" });

/** Of a variable that docker, on our host, is to fill in. */
export const RecipeVariable = VariableName.refine((name) => !steersHost(name), {
  error: "would steer the test host, so it may not be set",
}).refine((name) => !own.has(name), { error: "is given by the run itself, so it may not be set" });

export const SecretName = z.string().regex(/^[A-Za-z0-9][\w.-]{0,62}$/, {
  error:
    "must be the name of a secret as abra knows it: without the stack before it and the version behind it",
});

export const DependencyName = z.string().regex(/^[a-z][a-z0-9-]{0,19}$/, {
  error: "may hold `a` to `z`, digits and `-`, begins with a letter and has at most 20 characters",
});
