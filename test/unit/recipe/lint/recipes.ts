// biome-ignore-all lint/suspicious/noTemplateCurlyInString: compose's interpolation, not JavaScript's.
// Recipes as people write them, for the rules: one that keeps every convention, one that breaks each, and one that says
// all in the other ways that YAML and compose have. What docker would make of their files is worked out here, as far as rules see it.
import { parse, stringify } from "yaml";
import { parseAbraExports } from "../../../../src/recipe/abra-sh.ts";
import { composeFilesOf } from "../../../../src/recipe/compose-files.ts";
import { parseEnvFile } from "../../../../src/recipe/env-file.ts";
import type { LintSubject } from "../../../../src/recipe/lint/subject.ts";
import { parseStackConfig, type StackConfig } from "../../../../src/recipe/stack-config.ts";

export type Files = Readonly<Record<string, string>>;
type Tags = LintSubject["tags"];

export const annotated = (...names: string[]): Tags => names.map((name) => ({ name, isAnnotated: true }));

const stack = "wiki-3f9a1c_ci_example_org";

/** As the runner hands it over. */
export const subjectOf = (files: Files, tags: Tags = annotated("1.1.0+2.4")): LintSubject => {
  const given = new Map([
    ["DOMAIN", "wiki-3f9a1c.ci.example.org"],
    ["STACK_NAME", stack],
    ["LETS_ENCRYPT_ENV", ""],
  ]);
  const env = parseEnvFile(files[".env.sample"] ?? "", ".env.sample", given);
  const compose = composeFilesOf(env.values, env.lines);
  if (compose.is === "invalid") throw new Error(compose.complaint.reason);
  const sources = new Map(compose.files.map((file) => [file, files[file] ?? ""]));
  const values = new Map([...env.values, ...parseAbraExports(files["abra.sh"] ?? ""), ...given]);
  const others = Object.entries(files).filter(([file]) => !sources.has(file));
  return { recipe: "wiki", stack, sources, files: new Map(others), config: configOf(sources, values), tags };
};

type Tree = { [key: string]: unknown };
const isTree = (value: unknown): value is Tree =>
  typeof value === "object" && value !== null && !Array.isArray(value);
const treeOf = (value: unknown): Tree => (isTree(value) ? value : {});
const listOf = (value: unknown): unknown[] => (Array.isArray(value) ? value : []);

const configOf = (sources: ReadonlyMap<string, string>, values: ReadonlyMap<string, string>): StackConfig => {
  const merged: Tree = {};
  for (const text of sources.values())
    for (const [section, things] of Object.entries(treeOf(filled(yamlOf(text), values))))
      if (section !== "version") merged[section] = mergedThings(treeOf(merged[section]), treeOf(things));
  return parseStackConfig(stringify(merged));
};

/** What cannot be read at all is nothing here: then the rules are not asked. */
const yamlOf = (text: string): unknown => {
  try {
    return parse(text, { merge: true });
  } catch {
    return {};
  }
};

const mergedThings = (before: Tree, after: Tree): Tree => {
  const merged = { ...before };
  for (const [key, thing] of Object.entries(after)) {
    const [a, b] = [treeOf(merged[key]), normal(treeOf(thing))];
    merged[key] = {
      ...a,
      ...b,
      ...("networks" in a && { networks: { ...treeOf(a.networks), ...treeOf(b.networks) } }),
      ...("volumes" in a && { volumes: [...listOf(a.volumes), ...listOf(b.volumes)] }),
      ...("deploy" in a && {
        deploy: { labels: { ...treeOf(treeOf(a.deploy).labels), ...treeOf(treeOf(b.deploy).labels) } },
      }),
    };
  }
  return merged;
};

/** The long forms, of those that the rules look at. */
const normal = (thing: Tree): Tree => {
  if (isTree(thing.external)) return { ...thing.external, external: "true" };
  if (thing.external === true) return { ...thing, external: "true" };
  if (!("image" in thing || "deploy" in thing || "volumes" in thing)) return thing;
  const { image, networks, volumes, deploy } = thing;
  return {
    ...(image === undefined ? {} : { image }),
    ...(networks === undefined ? {} : { networks: asTree(networks) }),
    ...(volumes === undefined ? {} : { volumes: listOf(volumes).map(mountOf) }),
    ...(deploy === undefined ? {} : { deploy: { labels: asTree(treeOf(deploy).labels) } }),
  };
};

const asTree = (value: unknown): Tree =>
  isTree(value)
    ? Object.fromEntries(Object.entries(value).map(([key, of]) => [key, isTree(of) ? of : String(of ?? "")]))
    : Object.fromEntries(
        listOf(value).map((item) => {
          const [, key = "", text = ""] = /^([^=]*)=?([\s\S]*)$/.exec(String(item)) ?? [];
          return [key, text];
        }),
      );

const mountOf = (mount: unknown): Tree => {
  if (isTree(mount)) return mount;
  const [source = ""] = String(mount).split(":");
  return { type: /^[./]/.test(source) ? "bind" : "volume", source };
};

const filled = (value: unknown, values: ReadonlyMap<string, string>): unknown => {
  if (Array.isArray(value)) return value.map((item) => filled(item, values));
  if (isTree(value))
    return Object.fromEntries(Object.entries(value).map(([key, of]) => [key, filled(of, values)]));
  return typeof value === "string"
    ? value.replaceAll(
        /\$(?:(\$)|\{(\w+)(?::?-([^}]*))?\}|(\w+))/g,
        (_, dollar, braced, fallback, plain) => dollar ?? (values.get(braced ?? plain) || (fallback ?? "")),
      )
    : value;
};

// ── a recipe that keeps every convention ─────────────────────────────────────

export const clean: Files = {
  "compose.yml": `version: "3.8"

services:
  app:
    image: ghcr.io/example/wiki:2.5.1
    environment:
      - DB_HOST=\${STACK_NAME}_db
      - DB_NAME=wiki
      - DB_PASSWORD_FILE=/run/secrets/db_password
      - SITE_NAME=\${SITE_NAME:-Wiki}
      - LANGUAGE
    secrets:
      - db_password
    configs:
      - source: app_conf
        target: /etc/wiki/wiki.conf
    volumes:
      - uploads:/var/lib/wiki/uploads
    networks:
      - proxy
      - internal
    healthcheck:
      test: ["CMD", "curl", "-f", "http://localhost:8080/health"]
      interval: 30s
      start_period: 1m
    deploy:
      update_config:
        failure_action: rollback
        order: start-first
      labels:
        - "traefik.enable=true"
        - "traefik.http.services.\${STACK_NAME}.loadbalancer.server.port=8080"
        - "traefik.http.routers.\${STACK_NAME}.rule=Host(\`\${DOMAIN}\`\${EXTRA_DOMAINS})"
        - "traefik.http.routers.\${STACK_NAME}.entrypoints=web-secure"
        - "traefik.http.routers.\${STACK_NAME}.tls.certresolver=\${LETS_ENCRYPT_ENV}"
        - "backupbot.backup=true"
        - "coop-cloud.\${STACK_NAME}.timeout=\${TIMEOUT:-120}"
        - "coop-cloud.\${STACK_NAME}.version=1.2.0+2.5.1"

  db:
    image: postgres:16.4-alpine
    environment:
      - POSTGRES_DB=wiki
      - POSTGRES_PASSWORD_FILE=/run/secrets/db_password
    secrets:
      - db_password
    configs:
      - source: pg_backup
        target: /pg_backup.sh
        mode: 0555
    volumes:
      - postgres:/var/lib/postgresql/data
    networks:
      - internal
    healthcheck:
      test: ["CMD-SHELL", "pg_isready -U $$POSTGRES_USER"]
      interval: 10s
    deploy:
      labels:
        backupbot.backup: "true"
        backupbot.backup.pre-hook: "/pg_backup.sh backup"
        backupbot.backup.volumes.postgres.path: "backup.sql"
        backupbot.restore.post-hook: "/pg_backup.sh restore"

networks:
  proxy:
    external: true
  internal:

volumes:
  uploads:
  postgres:

secrets:
  db_password:
    external: true
    name: \${STACK_NAME}_db_password_\${SECRET_DB_PASSWORD_VERSION}

configs:
  app_conf:
    name: \${STACK_NAME}_app_conf_\${APP_CONF_VERSION}
    file: wiki.conf.tmpl
    template_driver: golang
  pg_backup:
    name: \${STACK_NAME}_pg_backup_\${PG_BACKUP_VERSION}
    file: pg_backup.sh
`,
  "compose.smtp.yml": `version: "3.8"
services:
  app:
    environment:
      - SMTP_HOST
`,
  ".env.sample": `TYPE=wiki
DOMAIN=wiki.example.com
## Domain aliases
#EXTRA_DOMAINS=', \`www.wiki.example.com\`'
LETS_ENCRYPT_ENV=production
#TIMEOUT=120

COMPOSE_FILE="compose.yml"
SITE_NAME=Wiki
#LANGUAGE=en
LOG_LEVEL=info
SECRET_DB_PASSWORD_VERSION=v1 # length=32

# COMPOSE_FILE="$COMPOSE_FILE:compose.smtp.yml"
SMTP_HOST=mail.example.com
`,
  "abra.sh": `export APP_CONF_VERSION=v3
export PG_BACKUP_VERSION=v1
`,
  "wiki.conf.tmpl": `level = {{ env "LOG_LEVEL" }}\n`,
  "README.md": `# Wiki

<!-- metadata -->

* **Category**: Apps
* **Status**: 3, stable
* **Image**: [\`example/wiki\`](https://example.com), 4, upstream
* **Healthcheck**: Yes
* **Backups**: Yes
* **Email**: 1
* **Tests**: 2
* **SSO**: No

<!-- endmetadata -->
`,
};

// ── a recipe that breaks each ────────────────────────────────────────────────

export const dirty: Files = {
  "compose.yml": `version: "3.8"
services:
  web:
    image: nginx
    container_name: wiki
    restart: unless-stopped
    environment:
      - API_URL=http://api:3000
      - TITLE=\${SITE_TITLE}
    labels:
      - "traefik.enable=true"
    depends_on:
      - api
    networks:
      - proxy
    deploy:
      restart_policy:
        condition: any
      labels:
        traefik.http.routers.\${STACK_NAME}.rule: Host(\`wiki.example.com\`)
        traefik.http.routers.wiki.rule: Host(\`wiki.example.com\`)
        traefik.http.routers.wiki.tls.certresolver: production
        backupbot.backup.pre-hok: /dump.sh
        backupbot.backup.volumes.uplaods: "false"
  api:
    image: ghcr.io/example/wiki:\${APP_TAG:-latest}
    volumes:
      - uploads:/uploads
    healthcheck:
      disable: true
    secrets:
      - a_secret_with_a_long_name
      - key
networks:
  proxy:
volumes:
  uploads:
secrets:
  a_secret_with_a_long_name:
    external: true
    name: \${STACK_NAME}_a_secret_with_a_long_name_\${SECRET_LONG_VERSION}
  key:
    file: key.pem
configs:
  nginx:
    file: nginx.conf
  index:
    name: \${STACK_NAME}_index_\${INDEX_VERSION}
    file: index.html
`,
  "compose.more.yml": `services:
  app:
    image: busybox:musl
    deploy:
      labels:
        - "coop-cloud.\${STACK_NAME}.version=1.0"
        - "coop-cloud.\${STACK_NAME}.timeout=5m"
`,
  ".env.sample": `TYPE=vviki
COMPOSE_FILE=compose.yml:compose.more.yml
SITE_TITEL=Wiki
SECRET_LONG_VERSION=v1
`,
  "README.md": `# Wiki

* **Category**: Apps
* **Status**:
`,
};

// ── the same in the other ways that there are ────────────────────────────────

export const anchored: Files = {
  ".env.sample": `TYPE="wiki:1.2.0+2.5.1"
DOMAIN=wiki.example.com
COMPOSE_FILE="compose.yml"
COMPOSE_FILE="$COMPOSE_FILE:compose.db.yml"
#DB_IMAGE=postgres
export SECRET_DB_PASSWORD_VERSION=v1
`,
  "abra.sh": `export PG_BACKUP_VERSION=$(date +%s)\n`,
  "README.md": clean["README.md"] ?? "",
  "compose.yml": `version: '3.8'
x-check: &check
  interval: 30s
  retries: 3
x-labels: &labels
  backupbot.backup: \${ENABLE_BACKUPS:-true}
  traefik.enable: "true"
x-app: &app
  image: &image ghcr.io/example/wiki:2.5.1@sha256:0123456789abcdef
  networks: [proxy, internal]
  healthcheck:
    <<: *check
    test: ["CMD", "true"]
services:
  app:
    <<: *app
    volumes:
      - type: volume
        source: uploads
        target: /uploads
    deploy:
      labels:
        - traefik.enable=true
        - &port traefik.http.services.\${STACK_NAME}.loadbalancer.server.port=8080
        - traefik.http.routers.\${STACK_NAME}.rule=Host(\`\${DOMAIN}\`)
        - traefik.http.routers.\${STACK_NAME}.entrypoints=web-secure
        - traefik.http.routers.\${STACK_NAME}.tls.certresolver=\${LETS_ENCRYPT_ENV}
        - coop-cloud.\${STACK_NAME}.version=1.2.0+2.5.1
  worker:
    <<: *app
    image: *image
    depends_on: [app]
networks:
  proxy: {external: true}
  internal: {}
volumes: {uploads: }
`,
  "compose.db.yml": `version: '3.8'
x-db: &db {POSTGRES_DB: wiki, POSTGRES_PASSWORD_FILE: /run/secrets/db_password}
services:
  app:
    environment: {<<: *db, POSTGRES_HOST: db, POSTGRES_PORT: }
    deploy:
      labels: {backupbot.backup: "\${ENABLE_BACKUPS:-true}"}
  db:
    image: "\${DB_IMAGE:-postgres}:16"
    environment: *db
    networks: {internal: {aliases: [database]}}
    volumes: ["db-data:/var/lib/postgresql/data"]
    configs: [pg_backup]
    deploy: {mode: replicated-job, labels: {backupbot.backup: "yes"}}
volumes: {db-data: {}}
secrets:
  db_password: {external: true, name: "\${STACK_NAME}_db_password_\${SECRET_DB_PASSWORD_VERSION:-v1}"}
configs:
  pg_backup: {file: pg_backup.sh, name: "\${STACK_NAME}_pg_backup_\${PG_BACKUP_VERSION}"}
`,
};
