import { describe, expect, it } from "vitest";
import { parseEnvFile } from "../../../src/recipe/env-file.ts";
import { secretsToMake } from "../../../src/recipe/secrets.ts";
import { parseStackConfig } from "../../../src/recipe/stack-config.ts";

const wanted = (secrets: Record<string, unknown>, env = "") =>
  secretsToMake(
    parseStackConfig(JSON.stringify({ services: {}, secrets })),
    "disc_example_org",
    parseEnvFile(env).annotations,
  );
const external = (name: string) => ({ key: { name, external: true } });

describe("the secrets that a recipe expects", () => {
  it.each([
    [
      "as long as it says",
      "disc_example_org_db_password_v1",
      "SECRET_DB_PASSWORD_VERSION=v1 # length=20",
      20,
    ],
    ["32 where it says nothing", "disc_example_org_db_password_v1", "SECRET_DB_PASSWORD_VERSION=v1", 32],
    [
      "32 where it says something else",
      "disc_example_org_db_password_v1",
      "SECRET_DB_PASSWORD_VERSION=v1 # charset=hex",
      32,
    ],
    ["whatever its version is", "disc_example_org_key_v12", "SECRET_KEY_VERSION=v12 # length=64", 64],
    [
      "with a dash in its name",
      "disc_example_org_db-password_v1",
      "SECRET_DB_PASSWORD_VERSION=v1 # length=16",
      16,
    ],
    [
      "not by a longer name's line",
      "disc_example_org_password_v1",
      "SECRET_DB_PASSWORD_VERSION=v1 # length=16",
      32,
    ],
  ])("%s", (_name, name, env, length) => {
    expect(wanted(external(name), env)).toEqual([{ name, length }]);
  });

  it("are external, and its own: what it shares with others or brings along is not made", () => {
    expect(wanted(external("shared_key_v1"))).toEqual([]);
    expect(wanted(external("disc_example_organisation_key_v1"))).toEqual([]);
    expect(wanted({ key: { name: "disc_example_org_key_v1", file: "./key" } })).toEqual([]);
    expect(wanted({})).toEqual([]);
  });

  it("are all of them", () => {
    const secrets = {
      ...external("disc_example_org_a_v1"),
      other: { name: "disc_example_org_b_v1", external: true },
    };
    expect(wanted(secrets).map((s) => s.name)).toEqual(["disc_example_org_a_v1", "disc_example_org_b_v1"]);
  });
});
