/** Recipes that want something of their host, or say it in an uncommon way. */
import { expect, test } from "vitest";
import { defaultPolicy } from "../../src/recipe/policy/policy.ts";
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
    policy: { ...defaultPolicy, networks: ["proxy", "backbone"] },
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

/** Anchors and merge keys, lists beside maps, a list of compose files, a template, a config and a secret of the second file. */
const wide = (version: string): Files => ({
  "compose.yml": `version: "3.8"
x-service: &service
  image: testme/fixture:1
  deploy: &deploy
    update_config: {order: start-first, failure_action: rollback}
services:
  app:
    <<: *service
    environment: ["SERVE=8080", "VERSION=${version}"]
    configs: [{source: page, target: /etc/page}]
    deploy:
      <<: *deploy
      labels: ["traefik.http.services.x.loadbalancer.server.port=8080"]
configs:
  page:
    name: $\{STACK_NAME}_page_$\{PAGE_VERSION}
    file: conf/page.tmpl
    template_driver: golang
`,
  "db/compose.db.yml": `version: "3.8"
services:
  app:
    environment: {DB: "$\{STACK_NAME}_db"}
    deploy:
      labels: {example.db: "$\{DB_KIND:-none}"}
  db:
    image: testme/fixture:1
    secrets: [db_password]
secrets:
  db_password:
    external: true
    name: $\{STACK_NAME}_db_password_$\{SECRET_DB_PASSWORD_VERSION}
`,
  "conf/page.tmpl": `hello {{ env "DOMAIN" }} of ${version}\n`,
  "abra.sh": `export PAGE_VERSION=v${version}\n`,
  ".env.sample": `TYPE=wide
TIMEOUT=60
COMPOSE_FILE="compose.yml"
COMPOSE_FILE="$COMPOSE_FILE:db/compose.db.yml"
DB_KIND='fixture'
SECRET_DB_PASSWORD_VERSION=v1 # length=24 charset=hex
`,
});

const wideRecipe =
  (head: Files) =>
  async (folder: string, name: string): Promise<Story> => {
    const made = await createRecipe(folder, name, { versions: { "1.0.0+1": wide("1") }, heads: { head } });
    return { path: made.path, base: made.versions["1.0.0+1"], head: made.heads.head };
  };

test("overlays, anchors and templates are green; a template that changes under its old name is red before the deploy", async () => {
  const stale = { ...wide("2"), "abra.sh": "export PAGE_VERSION=v1\n" };
  const world = await openWorld({
    concurrency: 2,
    recipes: { wide: wideRecipe(wide("2")), stale: wideRecipe(stale) },
  });
  for (const on of ["wide", "stale"]) await world.comment("!testme", { on });
  await world.settled();
  const told = (on: string) => world.checkRuns(on).map(({ name, conclusion }) => `${name}: ${conclusion}`);
  expect(told("wide")).not.toContainEqual(expect.stringMatching(/failure|action_required/));
  expect(told("wide")).toEqual(
    expect.arrayContaining(["testme / install: success", "testme / upgrade: success"]),
  );
  expect(told("stale")).toEqual(
    expect.arrayContaining(["testme / install: success", "testme / upgrade: failure"]),
  );
  const upgrade = world.check("upgrade", "stale").output;
  expect(upgrade.title).toMatch(
    /^Level 1 of 5 · Invalid recipe: compose\.yml:16: the config page is still called /,
  );
  expect(upgrade.summary).toContain("raise PAGE_VERSION in abra.sh");
});
