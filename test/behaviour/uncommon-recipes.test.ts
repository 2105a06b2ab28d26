/** Recipes that want something of their host, or say it in an uncommon way. */
import { expect, test } from "vitest";
import { createRecipe, type Files, type Story } from "../support/recipes.ts";
import { openWorld } from "../support/world.ts";

/** The smallest recipe, with a label that other parsers of YAML take for a number, and this much more. */
const files = (version: string, { service = "", more = "" }: { service?: string; more?: string }): Files => ({
  "compose.yml": `version: "3.8"
services:
  app:
    image: testme/fixture:1
    environment: ["SERVE=8080", "VERSION=${version}"]
    deploy:
      labels: ["traefik.http.services.x.loadbalancer.server.port=8080", "example.build=5e718930"]
${service}${more}`,
  ".env.sample": "TYPE=small\nTIMEOUT=60\nSECRET_DB_PASSWORD_VERSION=v1 # length=24\n",
});

const small =
  (parts: { service?: string; more?: string }) =>
  async (folder: string, name: string): Promise<Story> => {
    const made = await createRecipe(folder, name, {
      versions: { "1.0.0+1": files("1", parts) },
      heads: { change: files("2", parts) },
    });
    return { path: made.path, base: made.versions["1.0.0+1"], head: made.heads.change };
  };

test("an odd label and a secret of its own are green; a network that the engine lacks is ours to mend", async () => {
  const name = "$" + "{STACK_NAME}_db_password_$" + "{SECRET_DB_PASSWORD_VERSION}";
  const secret = `secrets:\n  db_password:\n    external: true\n    name: ${name}\n`;
  const network = "    networks: [backbone]\nnetworks:\n  backbone:\n    external: true\n";
  const world = await openWorld({
    concurrency: 3,
    recipes: {
      plain: small({}),
      // The upgrade's second deploy finds the secret of its first.
      secret: small({ service: "    secrets: [db_password]\n", more: secret }),
      network: small({ more: network }),
    },
  });
  for (const on of ["plain", "secret", "network"]) await world.comment("!testme", { on });
  await world.settled();
  const told = (on: string) => world.checkRuns(on).map(({ conclusion }) => conclusion);
  expect(told("plain")).toEqual(["success", "success"]);
  expect(told("secret")).toEqual(["success", "success"]);
  expect(told("network")).toEqual(["action_required", "action_required"]);
  expect(world.check("install", "network").output.title).toContain("expects the network backbone");
});
