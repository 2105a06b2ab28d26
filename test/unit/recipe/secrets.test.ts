import { describe, expect, it } from "vitest";
import { parseEnvFile } from "../../../src/recipe/env-file.ts";
import { secretsOf } from "../../../src/recipe/secrets.ts";
import { parseStackConfig } from "../../../src/recipe/stack-config.ts";

const STACK = "disc_example_org";
const DB = "disc_example_org_db_password_v1";
const alnum = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";

const read = (secrets: Record<string, unknown>, env = "", given: Record<string, string> = {}) =>
  secretsOf(
    parseStackConfig(JSON.stringify({ services: {}, secrets })),
    STACK,
    parseEnvFile(env),
    new Map(Object.entries(given)),
  );
const external = (name: string) => ({ key: { name, external: true } });

/** The only one, or the complaint. */
const one = (...args: Parameters<typeof read>) => {
  const read_ = read(...args);
  return read_.is === "invalid" ? read_.complaint : read_.secrets[0];
};

describe("the secrets that a recipe expects", () => {
  it.each([
    ["as long as it says", DB, "SECRET_DB_PASSWORD_VERSION=v1 # length=20", 20, alnum],
    ["32 where it says nothing", DB, "SECRET_DB_PASSWORD_VERSION=v1", 32, alnum],
    ["hex", DB, "SECRET_DB_PASSWORD_VERSION=v1 # charset=hex", 32, "0123456789abcdef"],
    ["in any case", DB, "SECRET_DB_PASSWORD_VERSION=v1 # charset=HEX", 32, "0123456789abcdef"],
    ["digits", DB, "SECRET_DB_PASSWORD_VERSION=v1 # length=6 charset=numeric", 6, "0123456789"],
    ["two sets", DB, "SECRET_DB_PASSWORD_VERSION=v1 # charset=digits,hex", 32, "0123456789abcdef"],
    ["whatever its version is", "disc_example_org_key_v12", "SECRET_KEY_VERSION=v12 # length=64", 64, alnum],
    [
      "with a dash in its name",
      "disc_example_org_db-password_v1",
      "SECRET_DB_PASSWORD_VERSION=v1 # length=16",
      16,
      alnum,
    ],
    [
      "not by a longer name's line",
      "disc_example_org_password_v1",
      "SECRET_DB_PASSWORD_VERSION=v1 # length=16",
      32,
      alnum,
    ],
  ])("are made %s", (_name, name, env, length, alphabet) => {
    expect(one(external(name), env)).toEqual({ is: "made", name, length, alphabet });
  });

  it("are external, and its own: what it shares with others or brings along is not made", () => {
    const none = { is: "secrets", secrets: [] };
    expect(read(external("shared_key_v1"))).toEqual(none);
    expect(read(external("disc_example_organisation_key_v1"))).toEqual(none);
    expect(read({ key: { name: "disc_example_org_key_v1", file: "./key" } })).toEqual(none);
    expect(read({})).toEqual(none);
  });

  it("are all of them", () => {
    const secrets = {
      ...external("disc_example_org_a_v1"),
      other: { name: "disc_example_org_b_v1", external: true },
    };
    expect(read(secrets)).toMatchObject({
      secrets: [{ name: "disc_example_org_a_v1" }, { name: "disc_example_org_b_v1" }],
    });
  });

  it("are given, where somebody gives them, whatever the recipe would have made", () => {
    const given = { is: "given", name: DB, value: "hunter2" };
    expect(
      one(external(DB), "SECRET_DB_PASSWORD_VERSION=v1 # generate=false", { db_password: "hunter2" }),
    ).toEqual(given);
    expect(
      one(external(DB), "SECRET_DB_PASSWORD_VERSION=v1 # charset=klingon", { db_password: "hunter2" }),
    ).toEqual(given);
  });

  it("are missed in abra's words, where only people can insert them", () => {
    expect(one(external(DB), "A=1\n\nSECRET_DB_PASSWORD_VERSION=v1 # generate=false")).toEqual({
      file: ".env.sample",
      line: 3,
      reason: "secret not inserted (#generate=false): db_password",
    });
  });

  it("are of a charset that is known", () => {
    expect(one(external(DB), "SECRET_DB_PASSWORD_VERSION=v1 # charset=hex,klingon")).toEqual({
      file: ".env.sample",
      line: 1,
      reason:
        'secret db_password: there is no charset "klingon" (there is: default, alnum, hex, digits, numeric, lower, upper, special, safespecial)',
    });
  });
});
