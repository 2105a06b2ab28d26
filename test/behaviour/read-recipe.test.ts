// biome-ignore-all lint/suspicious/noTemplateCurlyInString: compose's interpolation, not JavaScript's.
/** Recipes as people write them, read with the real docker client: what comes out, or the place of what is wrong. */
import { expect, test } from "vitest";
import { checkBumped } from "../../src/recipe/check-bumped.ts";
import type { Complaint } from "../../src/recipe/complaint.ts";
import type { Recipe } from "../../src/runner/read-recipe.ts";
import { openReader, STACK } from "../support/read-recipe.ts";
import type { Files } from "../support/recipes.ts";

/** Of everything that recipes.md knows of, something: anchors, both forms of labels and environment, overlays, a template. */
const rich: Files = {
  ".env.sample": `TYPE=rich
DOMAIN=rich.example.com
COMPOSE_FILE="compose.yml"
COMPOSE_FILE="$COMPOSE_FILE:db/compose.postgres.yml"
## EXTRA_DOMAINS=', \`www.rich.example.com\`'
CRON='*/5 * * * *'
SECRET_DB_PASSWORD_VERSION=v1 # length=20 charset=hex
SECRET_SMTP_PASSWORD_VERSION=v2 # generate=false
`,
  "abra.sh":
    'export APP_CONF_VERSION=v3\nexport PG_VERSION="v1"\n\nbackup() {\n  export APP_CONF_VERSION=no\n}\n',
  "compose.yml": `version: "3.8"

x-healthcheck: &healthcheck
  interval: 5s
  retries: "\${RETRIES:-3}"

x-env: &env
  CRON: "\${CRON}"
  PRICE: $$5

services:
  app:
    image: example/app:\${APP_IMAGE_VERSION:-1}
    environment:
      <<: *env
      URL: https://$DOMAIN
    healthcheck:
      <<: *healthcheck
      test: ["CMD", "true"]
    networks: [proxy, internal]
    secrets:
      - source: db_password
        target: pw
      - smtp_password
    configs:
      - source: app_conf
        target: /etc/app.conf
    deploy:
      labels:
        - "coop-cloud.\${STACK_NAME}.version=1.2.0+3"
        - "traefik.http.routers.\${STACK_NAME}.rule=Host(\`\${DOMAIN}\`\${EXTRA_DOMAINS})"

networks:
  proxy:
    external: true
  internal:

secrets:
  db_password: &secret
    external: true
    name: \${STACK_NAME}_db_password_\${SECRET_DB_PASSWORD_VERSION}
  smtp_password:
    <<: *secret
    name: \${STACK_NAME}_smtp_password_\${SECRET_SMTP_PASSWORD_VERSION}

configs:
  app_conf:
    name: \${STACK_NAME}_app_conf_\${APP_CONF_VERSION}
    file: conf/app.ini.tmpl
    template_driver: golang
`,
  "db/compose.postgres.yml": `version: "3.8"
services:
  app:
    environment: ["DB=\${STACK_NAME}_db"]
    deploy:
      labels: {backupbot.backup: "true"}
  db:
    image: postgres:15
    networks:
      internal:
    configs: [pg]
configs:
  pg:
    name: \${STACK_NAME}_pg_\${PG_VERSION}
    file: ./db/pg.conf
`,
  "conf/app.ini.tmpl": 'domain = {{ env "DOMAIN" }}\n',
  "db/pg.conf": "max_connections = 5\n",
};
const smtp = new Map([["smtp_password", "hunter2"]]);
const given = { env: new Map<string, string>(), secrets: smtp };

const readRich = async (files: Files = {}, say = given): Promise<Recipe | Complaint> =>
  (await openReader()).read({ ...rich, ...files }, say);
const recipe = (read: Recipe | Complaint): Recipe => {
  if ("app" in read) return read;
  throw new Error(`${read.file}:${read.line} ${read.reason}`);
};

test("a recipe with anchors, overlays, both forms of everything, secrets and a template is understood", async () => {
  const { app, config, composeVersion, secrets, named } = recipe(await readRich());
  expect(app.files).toEqual(["compose.yml", "db/compose.postgres.yml"]);
  expect(app.values.get("CRON")).toBe("*/5 * * * *");
  expect(composeVersion).toBe("3.8");
  expect(config.services).toEqual([
    {
      name: "app",
      mounts: [],
      image: "example/app:1",
      labels: {
        [`coop-cloud.${STACK}.version`]: "1.2.0+3",
        [`traefik.http.routers.${STACK}.rule`]: "Host(`reci-0a1b2c.ci.example.org`)",
        "backupbot.backup": "true",
      },
    },
    { name: "db", image: "postgres:15", labels: {}, mounts: [] },
  ]);
  expect(config.externalNetworks).toEqual(["proxy"]);
  expect(secrets).toEqual([
    { is: "made", name: `${STACK}_db_password_v1`, length: 20, alphabet: "0123456789abcdef" },
    { is: "given", name: `${STACK}_smtp_password_v2`, value: "hunter2" },
  ]);
  // docker prints them by name, and leaves the template to the engine.
  expect(named).toEqual([
    {
      kind: "config",
      key: "app_conf",
      name: `${STACK}_app_conf_v3`,
      file: "conf/app.ini.tmpl",
      text: 'domain = {{ env "DOMAIN" }}\n',
    },
    { kind: "config", key: "pg", name: `${STACK}_pg_v1`, file: "db/pg.conf", text: "max_connections = 5\n" },
  ]);
});

test("what testme.yml gives wins over .env.sample, and not over the app's own names", async () => {
  const env = new Map([
    ["APP_IMAGE_VERSION", "2"],
    ["COMPOSE_FILE", "compose.yml"],
    ["STACK_NAME", "mine"],
    ["DOMAIN", "mine.example"],
    ["LETS_ENCRYPT_ENV", "production"],
  ]);
  const { app, config } = recipe(await readRich({}, { env, secrets: smtp }));
  expect(config.services.map(({ image }) => image)).toEqual(["example/app:2"]);
  expect(app.values.get("STACK_NAME")).toBe(STACK);
  expect(app.values.get("DOMAIN")).toBe("reci-0a1b2c.ci.example.org");
  expect(app.values.get("LETS_ENCRYPT_ENV")).toBe("");
  const gives = (name: string, value: string) => ({ env: new Map([[name, value]]), secrets: smtp });
  expect(await readRich({}, gives("COMPOSE_FILE", "lost.yml"))).toEqual({
    file: "testme.yml",
    line: null,
    reason: "COMPOSE_FILE names lost.yml, which the recipe does not have",
  });
  expect(await readRich({}, gives("DOCKER_HOST", "tcp://elsewhere"))).toEqual({
    file: "testme.yml",
    line: null,
    reason: "env: DOCKER_HOST may not be set",
  });
});

test("a config whose file changes needs a new name", async () => {
  const base = recipe(await readRich());
  const changed = { "db/pg.conf": "max_connections = 6\n" };
  const head = recipe(await readRich(changed));
  expect(checkBumped(base.named, head.named, head.sources)).toEqual({
    file: "db/compose.postgres.yml",
    line: 14,
    reason: `the config pg is still called ${STACK}_pg_v1, but its file db/pg.conf changed, and docker never changes a config that it has: raise PG_VERSION in abra.sh`,
  });
  const raised = { ...changed, "abra.sh": "export APP_CONF_VERSION=v3 PG_VERSION=v2\n" };
  const good = recipe(await readRich(raised));
  expect(checkBumped(base.named, good.named, good.sources)).toBeNull();
});

const compose = (of: string, to: string, file = "compose.yml") => ({
  [file]: String(rich[file]).replace(of, to),
});
const notSet = "docker takes letters, digits, `-`, `_` and `.`, with a letter or digit at both ends";

test.for<[what: string, files: Files, said: string | RegExp]>([
  [
    "a secret that only people can insert",
    {
      ".env.sample": String(rich[".env.sample"]).replace(
        "DB_PASSWORD_VERSION=v1 # length=20 charset=hex",
        "DB_PASSWORD_VERSION=v1 # generate=false",
      ),
    },
    ".env.sample:7 secret not inserted (#generate=false): db_password",
  ],
  [
    "a charset that nobody knows",
    { ".env.sample": String(rich[".env.sample"]).replace("charset=hex", "charset=runes") },
    /^\.env\.sample:7 secret db_password: there is no charset "runes" \(there is: default, alnum, hex,/,
  ],
  [
    "a secret whose version is commented out",
    { ".env.sample": String(rich[".env.sample"]).replace("SECRET_DB", "#SECRET_DB") },
    `compose.yml:41 the secret db_password would be called ${STACK}_db_password_ (SECRET_DB_PASSWORD_VERSION is set nowhere): ${notSet}`,
  ],
  [
    "a variable in a duration, behind an anchor",
    compose("interval: 5s", "interval: ${EVERY:-5s}"),
    "compose.yml:4 services.app.healthcheck.interval: abra refuses a variable in a duration (it reads ${EVERY:-5s} before anything is filled in)",
  ],
  [
    "files of two versions",
    compose('version: "3.8"', 'version: "3.7"', "db/compose.postgres.yml"),
    "db/compose.postgres.yml:1 db/compose.postgres.yml has version 3.7, but compose.yml has version 3.8: docker merges only files of one version",
  ],
  [
    "a file of no version beside one that has one",
    compose('version: "3.8"\n', "", "db/compose.postgres.yml"),
    "db/compose.postgres.yml:null db/compose.postgres.yml has no `version`, which docker takes for 3.13, but compose.yml has version 3.8: docker merges only files of one version",
  ],
  [
    "an env_file that is not there",
    compose("image: postgres:15", "image: postgres:15\n    env_file: db/lost.env", "db/compose.postgres.yml"),
    "db/compose.postgres.yml:9 db/lost.env: no such file or directory",
  ],
  [
    "an empty config",
    { "db/pg.conf": "" },
    /^db\/compose\.postgres\.yml:15 the config pg names the file db\/pg\.conf, which is empty/,
  ],
  [
    "a config of its own that nobody makes",
    compose("    file: ./db/pg.conf", "    external: true", "db/compose.postgres.yml"),
    `db/compose.postgres.yml:15 the config pg is external, so nothing makes ${STACK}_pg_v1: give it a \`file\``,
  ],
  [
    "a mark that docker does not know",
    compose("${CRON}", "${CRON:+x}"),
    /^compose\.yml:8 .*: docker cannot interpolate "\$\{CRON:\+x\}"$/,
  ],
  ["a brace that stays open", compose("${CRON}", "${CRON"), /^compose\.yml:8 .*: docker cannot interpolate/],
  ["a dollar alone", compose("$$5", "$5"), /^compose\.yml:9 .*: docker cannot interpolate "\$5"$/],
  ["no name at all", compose("${CRON}", "${}"), /^compose\.yml:8 /],
  [
    "a variable that has to be set",
    compose("${CRON}", "${NEEDED:?tell me}"),
    /^compose\.yml:8 .*: required variable NEEDED is missing a value: tell me$/,
  ],
  [
    "a word where a number belongs",
    compose("${RETRIES:-3}", "${RETRIES:-three}"),
    /^compose\.yml:5 services\.app\.healthcheck\.retries: wrong type after interpolation/,
  ],
])("%s is refused at its place", async ([, files, said]) => {
  const read = await readRich(files);
  if ("app" in read) throw new Error("nothing was refused");
  expect(`${read.file}:${read.line} ${read.reason}`).toEqual(
    typeof said === "string" ? said : expect.stringMatching(said),
  );
});
