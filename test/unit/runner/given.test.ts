// biome-ignore-all lint/suspicious/noTemplateCurlyInString: testme.yml's references, not JavaScript's.
/** What testme.yml gives to the recipe, once what it depends on stands, and before. */
import { expect, test } from "vitest";
import { defaultConfig, type RecipeConfig } from "../../../src/recipe/recipe-config.ts";
import { filled, givenBy, outputsIn } from "../../../src/runner/given.ts";
import type { Recipe } from "../../../src/runner/read-recipe.ts";
import { nothingStanding, type Standing } from "../../../src/runner/work.ts";

const config: RecipeConfig = {
  ...defaultConfig,
  dependencies: { sso: { repository: "coop/sso", version: null, env: {}, secrets: {} } },
  env: { ISSUER: "https://${sso.domain}/${sso.env.REALM}", HOST: "${sso.stack}_app", PRICE: "$${5}" },
  secrets: { oidc_client: "${sso.secret.client}", smtp: "nobody" },
};

/** As far as anybody asks: what it was read with. */
const recipeWith = (values: ReadonlyMap<string, string>) => ({ app: { values } }) as unknown as Recipe;

const withSso = (): Standing => ({
  ...nothingStanding(),
  beside: new Map([
    [
      "sso",
      {
        stack: { name: "sso_test", appDomain: "wiki.test" },
        domain: "sso.test",
        standing: {
          ...nothingStanding(),
          made: new Map([["client", "s3cret"]]),
          recipe: recipeWith(new Map([["REALM", "test"]])),
        },
      },
    ],
  ]),
});

test("what the dependency turned out to be is filled in", () => {
  const { env, secrets } = givenBy({ config, standing: withSso() });
  expect(Object.fromEntries(env)).toEqual({
    ISSUER: "https://sso.test/test",
    HOST: "sso_test_app",
    PRICE: "${5}",
  });
  expect(Object.fromEntries(secrets)).toEqual({ oidc_client: "s3cret", smtp: "nobody" });
});

test("where it does not stand the recipe is only read: what refers to it is left to .env.sample", () => {
  const { env, secrets } = givenBy({ config, standing: nothingStanding() });
  expect(Object.fromEntries(env)).toEqual({ PRICE: "${5}" });
  expect([...secrets.keys()]).toEqual(["oidc_client", "smtp"]);
});

test.each([
  [
    { env: { A: "${sso.env.RELM}" } },
    "testme.yml: env.A: `${sso.env.RELM}`: sso has no such variable (it has REALM)",
  ],
  [
    { secrets: { a: "${sso.secret.key}" } },
    "testme.yml: secrets.a: `${sso.secret.key}`: sso has no such secret (it has client)",
  ],
])("%o names its place and what there is, and is not the recipe's failure", (wrong, message) => {
  expect(() => givenBy({ config: { ...config, ...wrong }, standing: withSso() })).toThrow(
    expect.objectContaining({ party: "dependency", message, mend: "Name what the dependency has." }),
  );
});

test("a test of the recipe's own is told in which of them the wrong value is", () => {
  const outputs = outputsIn(withSso());
  expect(() => filled("tests.env of login", { KEY: "${sso.secret.key}" }, outputs)).toThrow(
    "testme.yml: tests.env of login.KEY: `${sso.secret.key}`: sso has no such secret (it has client)",
  );
});
