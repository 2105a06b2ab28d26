// biome-ignore-all lint/suspicious/noTemplateCurlyInString: compose's interpolation, not JavaScript's.
/**
 * What we hold to be true of `.env.sample` and of docker's interpolation, tried on the docker client itself. Each case is
 * made from its answer, so that nothing of ours says what is right; and many cases share one call.
 */
import fc from "fast-check";
import { expect, test } from "vitest";
import { stringify } from "yaml";
import { parseEnvFile } from "../../src/recipe/env-file.ts";
import { asComposeFile } from "../../src/recipe/merged.ts";
import { parseStackConfig } from "../../src/recipe/stack-config.ts";
import { openReader } from "../support/read-recipe.ts";

/** A case that fails is shown beside what was meant; to make it smaller, docker would be called for minutes. */
const SAY = { numRuns: 20, endOnFailure: true };
/** It would fold a long line between the halves of an emoji. */
const YAML = { defaultStringType: "QUOTE_DOUBLE", lineWidth: 0 } as const;
/** Sixty or so share one call of docker. */
const manyOf = <T>(one: fc.Arbitrary<T>) => fc.array(one, { maxLength: 120, size: "max" });

/**
 * Docker's own words for each value, which it gets as a label of `app`. Each begins with a word of ours: docker's printer
 * loses a line break at the start of a value, which Swarm would get.
 */
async function filledIn(
  { config }: Awaited<ReturnType<typeof openReader>>,
  values: Record<string, string>,
  environment: ReadonlyMap<string, string>,
): Promise<Record<string, string>> {
  const labels = Object.fromEntries(Object.entries(values).map(([key, value]) => [key, `is ${value}`]));
  const compose = { version: "3.8", services: { app: { image: "x", deploy: { labels } } } };
  const answer = await config(stringify(compose, YAML), environment);
  if (answer.is === "refused") throw new Error(answer.said);
  const said = Object.entries(parseStackConfig(answer.yaml).services[0]?.labels ?? {});
  return Object.fromEntries(said.map(([key, value]) => [key, value.replace(/^is /, "")]));
}

// ── .env.sample ──────────────────────────────────────────────────────────────

const keys = ["A", "B", "COMPOSE_FILE", "lower_1"] as const;
type Key = (typeof keys)[number];
/** Without what YAML 1.1 takes for an end of line: docker's printer folds there, and it is its word that is read. */
const graphemes = (maxLength: number): fc.Arbitrary<string> =>
  fc.string({ unit: "grapheme", maxLength }).map((value) => value.replaceAll(/[\u0085\u2028\u2029]/g, ""));

/** Of a value: text as it is to come out, or the value that another key has by then. */
type Piece = { is: "text"; text: string } | { is: "reference"; to: Key; isBraced: boolean };
type Quote = "" | '"' | "'";
type Assignment = { key: Key; quote: Quote; pieces: Piece[]; before: string; comment: string };

const reference = fc.record({
  is: fc.constant("reference" as const),
  to: fc.constantFrom(...keys),
  isBraced: fc.boolean(),
});
const text = (of: fc.Arbitrary<string>) => of.map((value) => ({ is: "text" as const, text: value }));
/** Bare, a space ends nothing, and `#` and quotes are what they are inside of a word. */
const word = fc.stringMatching(/^[\w.:/@,+=%(-][\w.:/@,+=%()#'"`-]{0,8}( [\w.:/@,-]{1,5})?$/);
const printable = graphemes(12);
const quoted = fc.oneof(
  printable,
  fc.constantFrom("*/5 * * * *", "$A ${B}", ", `www.example.com`", " # no comment ", "\\d+\\$", "a\\nb"),
);
const pieces: Record<Quote, fc.Arbitrary<Piece[]>> = {
  "": fc.array(fc.oneof(text(word), reference), { maxLength: 3 }),
  '"': fc.array(fc.oneof(text(quoted), text(fc.constantFrom("\n", "\r\n", '"', "'")), reference), {
    maxLength: 4,
  }),
  "'": fc.array(text(quoted.map((value) => value.replaceAll("'", ""))), { maxLength: 2 }),
};
const assignment = fc.constantFrom<Quote[]>("", '"', "'").chain((quote) =>
  fc.record<Assignment>({
    key: fc.constantFrom(...keys),
    quote: fc.constant(quote),
    pieces: pieces[quote],
    before: fc.constantFrom("", "", "  ", "export ", "\n## a comment\n", "#A=commented out\n"),
    comment: fc.constantFrom(
      "",
      "",
      "   ",
      " # a 'comment' with \"quotes\" and $A",
      " # length=12 charset=hex",
    ),
  }),
);

const meantBy = (pieces: readonly Piece[], above: ReadonlyMap<string, string>): string =>
  pieces.map((piece) => (piece.is === "text" ? piece.text : (above.get(piece.to) ?? ""))).join("");

const escapedInDouble = new Map([
  ["\n", "\\n"],
  ["\r", "\\r"],
]);
const written: Record<Quote, (text: string) => string> = {
  "": (text) => text,
  "'": (text) => text,
  '"': (text) => text.replaceAll(/[\\"$\n\r]/g, (one) => escapedInDouble.get(one) ?? `\\${one}`),
};

/** `prefix` keeps the keys of one case apart from those of the others. */
const lineOf = ({ key, quote, pieces, before, comment }: Assignment, prefix: string): string => {
  const inside = pieces.map((piece, at) => {
    if (piece.is === "text") return written[quote](piece.text);
    const next = pieces[at + 1];
    const runsOn = next?.is === "text" && /^\w/.test(written[quote](next.text));
    return piece.isBraced || runsOn ? `\${${prefix}${piece.to}}` : `$${prefix}${piece.to}`;
  });
  return `${before}${prefix}${key}=${quote}${inside.join("")}${quote}${comment}`;
};

test("the values of any .env.sample reach docker as they were meant", async () => {
  const docker = await openReader();
  const sample = fc.array(assignment, { minLength: 1, maxLength: 6 });
  await fc.assert(
    fc.asyncProperty(manyOf(sample), async (samples) => {
      const meant: Record<string, string> = {};
      const values = new Map<string, string>();
      for (const [index, assignments] of samples.entries()) {
        const prefix = `C${index}_`;
        const above = new Map<string, string>();
        for (const { key, pieces } of assignments) above.set(key, meantBy(pieces, above));
        for (const [key, value] of above) meant[`${prefix}${key}`] = value;
        const env = parseEnvFile(assignments.map((one) => lineOf(one, prefix)).join("\n"));
        expect(env.complaints).toEqual([]);
        for (const [key, value] of env.values) values.set(key, value);
      }
      const labels = Object.fromEntries(Object.keys(meant).map((key) => [key, `\${${key}}`]));
      expect(await filledIn(docker, labels, values)).toEqual(meant);
    }),
    SAY,
  );
});

// ── interpolation ────────────────────────────────────────────────────────────

const environment = new Map([
  ["SET", "a value"],
  ["_dollars", "$SET ${SET} $$"],
  ["EMPTY", ""],
]);
const name = fc.constantFrom("SET", "_dollars", "EMPTY", "UNSET");
/** As it is written in a compose file, and what docker is to make of it. */
type Template = { written: string; meant: string };

const known = (of: string): string => environment.get(of) ?? "";
/**
 * What stands in braces. Docker looks for the marks one after the other, anywhere in it: so `${A-b:-c}` speaks of a variable
 * `A-b`, and `${A:?must be non-empty}` of `A:?must be non`, which is unset, so that it is always `empty`.
 */
const filled = (inside: string): string => {
  const at = ([":-", "-", ":?", "?"] as const).find((mark) => inside.includes(mark));
  if (at === undefined) return known(inside);
  const [of = "", ...rest] = inside.split(at);
  const or = rest.join(at);
  if (at === ":-") return known(of) === "" ? or : known(of);
  return at === "-" ? (environment.get(of) ?? or) : known(of);
};
const literal = graphemes(8).map((value) => value.replaceAll("$", ""));
/** Docker looks for the first `}` and leaves what is before it alone: nothing in a default is filled in or unescaped. */
const fallback = fc.oneof(
  literal.map((value) => value.replaceAll("}", "")),
  fc.constantFrom("", "${SET", "$SET", "$$", "a:-b", "http://x/?a=b", "must be non-empty", "{", "'q' \"q\""),
);
const template: fc.Arbitrary<Template> = fc.oneof(
  literal.map((value) => ({ written: value, meant: value })),
  fc.constant({ written: "$$", meant: "$" }),
  fc.constant({ written: "$${SET}", meant: "${SET}" }),
  // A name goes on for as long as it can.
  fc.record({ of: name, end: fc.constantFrom(".", "/", " ", "{", "}", "=") }).map(({ of, end }) => ({
    written: `$${of}${end}`,
    meant: `${known(of)}${end}`,
  })),
  name.map((of) => ({ written: `\${${of}}`, meant: known(of) })),
  fc
    .record({ of: name, mark: fc.constantFrom("-", ":-"), or: fallback })
    .map(({ of, mark, or }) => of + mark + or)
    .map((inside) => ({ written: `\${${inside}}`, meant: filled(inside) })),
  fc
    .record({ of: fc.constantFrom("SET", "_dollars"), mark: fc.constantFrom("?", ":?"), say: fallback })
    .map(({ of, mark, say }) => of + mark + say)
    .map((inside) => ({ written: `\${${inside}}`, meant: filled(inside) })),
);
/** Without braces a default goes on to the end (or to a `}`): `$STACK_NAME-db` is a name and never followed by `-db`. */
const tail: fc.Arbitrary<Template> = fc
  .record({ of: name, mark: fc.constantFrom("-", ":-"), or: fallback })
  .map(({ of, mark, or }) => of + mark + or)
  .map((inside) => ({ written: `$${inside}`, meant: filled(inside) }));

test("docker fills values in by the rules that we rely on", async () => {
  const docker = await openReader();
  const templates = fc
    .tuple(fc.array(template, { maxLength: 5 }), fc.option(tail))
    .map(([parts, last]) => (last === null ? parts : [...parts, last]));
  await fc.assert(
    fc.asyncProperty(manyOf(templates), async (cases) => {
      const all = (part: keyof Template) => cases.map((parts) => parts.map((one) => one[part]).join(""));
      const said = await filledIn(docker, Object.fromEntries(Object.entries(all("written"))), environment);
      const told = all("written").map((written, index) => ({ written, meant: said[index] }));
      expect(told).toEqual(all("written").map((written, index) => ({ written, meant: all("meant")[index] })));
    }),
    SAY,
  );
});

test("docker fills in no keys of a map, and sees no variable of ours", async () => {
  const labels = {
    "${SET}.key": "x",
    host: "${HOME}${PATH}${LANG}${DOCKER_HOST}",
    twice: "${UNSET:-${SET}}",
  };
  expect(await filledIn(await openReader(), labels, environment)).toEqual({
    "${SET}.key": "x",
    host: "",
    twice: "${SET}",
  });
});

test("docker reads what it has merged as the same stack again", async () => {
  const docker = await openReader();
  const value = graphemes(20).map((text) => text.replaceAll("$", "$$$$"));
  const values = fc.array(value, { maxLength: 40, size: "max" });
  await fc.assert(
    fc.asyncProperty(values, values, async (ones, others) => {
      const keyed = (of: string[]) =>
        Object.fromEntries(of.map((text, index) => [`K$A${index}.${text}`, text]));
      const app = {
        image: "x:${SET}",
        command: ones,
        environment: { ...keyed(ones), UNSET: null, SET: null },
        labels: others.map((text, index) => `L${index}$$=${text}`),
        healthcheck: { test: ["CMD-SHELL", others.join(" ")], interval: "1m30s" },
        ulimits: { nproc: 5, nofile: { soft: 1, hard: 2 } },
        deploy: { labels: keyed(others), replicas: 0, resources: { limits: { memory: "100M" } } },
        networks: { default: { aliases: ["a"] } },
        secrets: [{ source: "s", mode: 0o400 }],
        volumes: ["data:/data", { type: "tmpfs", target: "/t", tmpfs: { size: 100 } }],
      };
      const compose = {
        version: "3.8",
        services: { app },
        secrets: { s: { external: true, name: "of-${SET}" } },
        volumes: { data: { labels: keyed(ones) } },
      };
      const once = await docker.config(stringify(compose, YAML), environment);
      if (once.is === "refused") throw new Error(once.said);
      const again = await docker.config(asComposeFile(once.yaml).text, environment);
      if (again.is === "refused") throw new Error(again.said);
      expect(again.yaml).toBe(once.yaml.replace('version: "3.8"', 'version: "3.9"'));
    }),
    SAY,
  );
});
