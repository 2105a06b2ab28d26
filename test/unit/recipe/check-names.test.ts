// biome-ignore-all lint/suspicious/noTemplateCurlyInString: compose's interpolation, not JavaScript's.
/** The limits are those of a real engine (20.10, asked by hand), and docker's words for them are its own to keep. */
import { describe, expect, it } from "vitest";
import { checkNames } from "../../../src/recipe/check-names.ts";
import { parseStackConfig } from "../../../src/recipe/stack-config.ts";

const STACK = "disc_example_org";
const check = (printed: object, source: string, values: Record<string, string> = {}) =>
  checkNames(
    parseStackConfig(JSON.stringify({ services: {}, ...printed })),
    STACK,
    new Map(Object.entries(values)),
    new Map([["compose.yml", source]]),
  );
const long = "a".repeat(48);

describe("a name that the engine refuses", () => {
  it("is a secret's or a config's of more than 64 characters", () => {
    const source = "secrets:\n  db:\n    external: true\n    name: ${STACK_NAME}_x_${SECRET_X_VERSION}\n";
    const secrets = (tail: string) => ({ secrets: { db: { external: true, name: `${STACK}_${tail}` } } });
    expect(check(secrets(long.slice(1)), source)).toBeNull();
    expect(check(secrets(long), source, { SECRET_X_VERSION: "v1", STACK_NAME: STACK })).toEqual({
      file: "compose.yml",
      line: 4,
      reason: `the secret db would be called ${STACK}_${long}: that is 65 characters, and docker takes 64`,
    });
    const conf = "configs:\n  conf:\n    file: x\n";
    expect(check({ configs: { conf: { file: "x", name: `${STACK}_${long}` } } }, conf)?.line).toBe(2);
  });

  it("ends in `_`, because its version is set nowhere", () => {
    const source = "configs:\n  conf:\n    file: ./x\n    name: ${STACK_NAME}_conf_${CONF_VERSION}\n";
    const printed = { configs: { conf: { file: "./x", name: `${STACK}_conf_` } } };
    expect(check(printed, source, { STACK_NAME: STACK })).toEqual({
      file: "compose.yml",
      line: 4,
      reason: `the config conf would be called ${STACK}_conf_ (CONF_VERSION is set nowhere): docker takes letters, digits, \`-\`, \`_\` and \`.\`, with a letter or digit at both ends`,
    });
  });

  it("has a dot, which a service or a network may not", () => {
    const services = "services:\n  app:\n    image: x\n  my.db:\n    image: x\n";
    expect(check({ services: { app: { image: "x" }, "my.db": { image: "x" } } }, services)).toMatchObject({
      line: 4,
      reason: expect.stringMatching(
        /^the service my\.db would be called disc_example_org_my\.db: docker takes/,
      ),
    });
    const networks = "networks:\n  back.bone: {}\n";
    expect(check({ networks: { "back.bone": { name: "x.y" } } }, networks)?.line).toBe(2);
    expect(check({ configs: { "a.b": { file: "x" } } }, "configs: {a.b: {file: x}}\n")).toBeNull();
  });

  it("is a service's of more than 63 characters", () => {
    const services = (tail: string) => ({ services: { [tail]: { image: "x" } } });
    expect(check(services("a".repeat(46)), "")).toBeNull();
    expect(check(services("a".repeat(47)), "")?.reason).toContain(
      "that is 64 characters, and docker takes 63",
    );
  });

  it("is nobody's of what others made, nor a volume's", () => {
    const networks = { networks: { proxy: { name: "proxy.example", external: true } } };
    const secrets = { secrets: { s: { name: `shared_${"a".repeat(80)}`, external: true } } };
    expect(check({ ...networks, ...secrets, volumes: { a_: { name: "b_" } } }, "")).toBeNull();
  });
});
