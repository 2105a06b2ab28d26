/**
 * The secrets that a recipe expects to find: external ones under its stack's own name. Each is either given, by `testme.yml`,
 * or made anew for a run, as the trailing comment of its `SECRET_<NAME>_VERSION` asks. Nothing is chosen at random here.
 * Where no length is asked for, abra makes a passphrase to be typed by people; we make 32 letters and digits, which
 * whatever takes such a passphrase takes as well.
 */
import type { Complaint } from "./complaint.ts";
import type { Annotation } from "./env-file.ts";
import type { Declared, StackConfig } from "./stack-config.ts";

export type WantedSecret =
  | { is: "given"; name: string; value: string }
  | { is: "made"; name: string; length: number; alphabet: string };
export type Secrets = { is: "secrets"; secrets: WantedSecret[] } | { is: "invalid"; complaint: Complaint };

const DEFAULT_LENGTH = 32;

const lower = "abcdefghijklmnopqrstuvwxyz";
const upper = lower.toUpperCase();
const digits = "0123456789";
/** Without quotes, `\`, `$`, `#` and `&`, which end or change a value in the files that recipes put secrets into. */
const punctuation = "!@%^*_-+=.,:";

/** Several may be joined by commas: `charset=default,special`. */
const charsets: ReadonlyMap<string, string> = new Map([
  ["default", lower + upper + digits],
  ["alnum", lower + upper + digits],
  ["hex", `${digits}abcdef`],
  ["digits", digits],
  ["numeric", digits],
  ["lower", lower],
  ["upper", upper],
  ["special", punctuation],
  ["safespecial", punctuation],
]);

/** `given` and complaints know a secret as abra does: without the stack before its name and the version behind. */
export function secretsOf(
  config: StackConfig,
  stack: string,
  {
    annotations,
    lines,
  }: { annotations: ReadonlyMap<string, Annotation>; lines: ReadonlyMap<string, number> },
  given: ReadonlyMap<string, string> = new Map(),
): Secrets {
  const secrets: WantedSecret[] = [];
  for (const { name } of ownSecrets(config, stack)) {
    const plain = plainName(name, stack);
    const key = `SECRET_${plain.toUpperCase().replaceAll(/[^A-Z0-9]/g, "_")}_VERSION`;
    const value = given.get(plain);
    const wanted =
      value === undefined ? made(name, plain, annotations.get(key)) : { is: "given" as const, name, value };
    if ("reason" in wanted) {
      const complaint = { file: ".env.sample", line: lines.get(key) ?? null, reason: wanted.reason };
      return { is: "invalid", complaint };
    }
    secrets.push(wanted);
  }
  return { is: "secrets", secrets };
}

/** What a recipe shares with others, under another name, is not its own and not ours to make. */
export const ownSecrets = (
  { externalSecrets }: Pick<StackConfig, "externalSecrets">,
  stack: string,
): readonly Declared[] => externalSecrets.filter(({ name }) => name.startsWith(`${stack}_`));

/** As abra knows it. */
export const plainName = (name: string, stack: string): string =>
  name.slice(stack.length + 1).replace(/_[^_]*$/, "");

function made(name: string, plain: string, asked: Annotation | undefined): WantedSecret | { reason: string } {
  if (asked?.generate === false) return { reason: `secret not inserted (#generate=false): ${plain}` };
  const charset = asked?.charset ?? "default";
  const sets = charset.toLowerCase().split(",");
  const unknown = sets.find((set) => !charsets.has(set));
  if (unknown !== undefined) {
    const known = [...charsets.keys()].join(", ");
    return { reason: `secret ${plain}: there is no charset "${unknown}" (there is: ${known})` };
  }
  const alphabet = [...new Set(sets.flatMap((set) => [...(charsets.get(set) ?? "")]))].join("");
  return { is: "made", name, length: asked?.length ?? DEFAULT_LENGTH, alphabet };
}
