import { describe, expect, it } from "vitest";
import { checkExternalConfigs, checkReferences } from "../../../src/recipe/check-references.ts";
import { parseStackConfig } from "../../../src/recipe/stack-config.ts";

const parsed = (printed: object) => parseStackConfig(JSON.stringify(printed));

describe("what a service uses", () => {
  const source = new Map([["compose.yml", "services:\n  app:\n    networks:\n      - a\n      - nope\n"]]);
  const app = (networks: object) => ({ services: { app: { image: "x", networks } } });

  it("has to be declared", () => {
    expect(checkReferences(parsed({ ...app({ a: null, nope: null }), networks: { a: {} } }), source)).toEqual(
      {
        file: "compose.yml",
        line: 5,
        reason: 'service app uses the network "nope", which no file declares',
      },
    );
    expect(checkReferences(parsed({ ...app({ a: null }), networks: { a: {} } }), source)).toBeNull();
    expect(checkReferences(parsed(app({ default: null })), source)).toBeNull();
  });
});

describe("an external config", () => {
  const source = new Map([["compose.yml", "configs:\n  conf:\n    name: x\n    external: true\n"]]);
  const check = (name: string) =>
    checkExternalConfigs(parsed({ configs: { conf: { name, external: true } } }), "s_org", source);

  it("under the stack's own name is made by nobody", () => {
    expect(check("s_org_conf_v1")).toEqual({
      file: "compose.yml",
      line: 4,
      reason: "the config conf is external, so nothing makes s_org_conf_v1: give it a `file`",
    });
  });
  it("of others may well be there", () => expect(check("shared_conf")).toBeNull());
});
