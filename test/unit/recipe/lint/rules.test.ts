// biome-ignore-all lint/suspicious/noTemplateCurlyInString: compose's interpolation, not JavaScript's.
// One change to a recipe that keeps all: which rules it breaks, which it leaves without anything to say, and which not.
import { describe, expect, it } from "vitest";
import { lint, RULES } from "../../../../src/recipe/lint/lint.ts";
import { annotated, clean, type Files, subjectOf } from "./recipes.ts";

type Change = readonly [file: string, from: string, to: string];

const changed = (...changes: readonly Change[]): Files => {
  const files: Record<string, string> = { ...clean };
  for (const [file, from, to] of changes) {
    const text = files[file] ?? "";
    if (!text.includes(from)) throw new Error(`${file} holds no ${from}`);
    files[file] = text.replace(from, () => to);
  }
  return files;
};
const compose = (from: string, to: string): Change => ["compose.yml", from, to];
const env = (from: string, to: string): Change => [".env.sample", from, to];

const named = (files: Files, status: string, tags = annotated("1.1.0+2.4")): string[] =>
  lint(subjectOf(files, tags))
    .rules.filter((result) => result.status === status)
    .map(({ rule }) => rule);
const broken = (files: Files, tags = annotated("1.1.0+2.4")): string[] => named(files, "broken", tags);

const APP = "image: ghcr.io/example/wiki:2.5.1";
const VERSION = '- "coop-cloud.${STACK_NAME}.version=1.2.0+2.5.1"';
const TIMEOUT = '- "coop-cloud.${STACK_NAME}.timeout=${TIMEOUT:-120}"';
const RULE = '- "traefik.http.routers.${STACK_NAME}.rule=Host(`${DOMAIN}`${EXTRA_DOMAINS})"';
const ENTRY = '- "traefik.http.routers.${STACK_NAME}.entrypoints=web-secure"';
const RESOLVER = '- "traefik.http.routers.${STACK_NAME}.tls.certresolver=${LETS_ENCRYPT_ENV}"';
const PORT = '- "traefik.http.services.${STACK_NAME}.loadbalancer.server.port=8080"';
const ENABLE = '- "traefik.enable=true"';
const SECRET = "name: ${STACK_NAME}_db_password_${SECRET_DB_PASSWORD_VERSION}";
const CONFIG = "name: ${STACK_NAME}_app_conf_${APP_CONF_VERSION}";
const HOST = "- DB_HOST=${STACK_NAME}_db";

const breaking: readonly (readonly [rule: string, what: string, ...changes: Change[]])[] = [
  ["image-tagged", "no tag", compose(APP, "image: ghcr.io/example/wiki")],
  ["image-tagged", "no tag behind a registry's port", compose(APP, "image: registry:5000/example/wiki")],
  ["image-tagged", "latest", compose(APP, "image: wiki:latest")],
  ["image-tagged", "a variant of latest", compose(APP, "image: wiki:latest-alpine3.20")],
  ["image-tagged", "a branch", compose(APP, "image: wiki:main")],
  ["image-tagged", "a variant alone", compose(APP, "image: wiki:alpine")],
  [
    "image-tagged",
    "a variable that says latest",
    compose(APP, "image: wiki:${SITE_NAME:-1}"),
    env("SITE_NAME=Wiki", "SITE_NAME=latest"),
  ],
  ["env-sample", "no type", env("TYPE=wiki\n", "")],
  ["env-sample", "another type", env("TYPE=wiki\n", "TYPE=viki\n")],
  ["env-sample", "no domain", env("DOMAIN=wiki.example.com", "#DOMAIN=wiki.example.com")],
  ["env-sample", "an empty domain", env("DOMAIN=wiki.example.com", "DOMAIN=")],
  ["variables-named", "a variable that is nowhere", compose(HOST, `${HOST}\n      - TITLE=$TITLE`)],
  ["variables-named", "one that has to be set", compose(HOST, `${HOST}\n      - TITLE=\${TITLE:?set it}`)],
  [
    "variables-named",
    "one that has a default elsewhere",
    compose(HOST, `${HOST}\n      - A=\${TITLE:-x}\n      - B=\${TITLE}`),
  ],
  ["options-named", "a default", compose(HOST, `${HOST}\n      - TITLE=\${TITLE:-x}`)],
  ["options-named", "a key alone", compose(HOST, `${HOST}\n      - TITLE`)],
  ["env-used", "nothing reads it", env("SITE_NAME=Wiki", "SITE_NAME=Wiki\nTITLE=x")],
  ["env-used", "only the README speaks of it", env("SITE_NAME=Wiki", "SITE_NAME=Wiki\nStatus=x")],
  ["version-label", "none", compose(VERSION, "")],
  ["version-label", "empty", compose(VERSION, '- "coop-cloud.${STACK_NAME}.version="')],
  ["version-label", "no app version", compose(VERSION, '- "coop-cloud.${STACK_NAME}.version=1.2.0"')],
  ["version-label", "not the recipe's own", compose(VERSION, '- "coop-cloud.${STACK_NAME}.version=v2.5.1"')],
  ["version-label", "two numbers", compose(VERSION, '- "coop-cloud.${STACK_NAME}.version=1.2+2.5.1"')],
  ["version-label", "a variable", compose(VERSION, '- "coop-cloud.${STACK_NAME}.version=${SITE_NAME}"')],
  ["version-label", "another stack's", compose(VERSION, '- "coop-cloud.wiki.version=1.2.0+2.5.1"')],
  ["version-behind", "older than a release", compose(VERSION, VERSION.replace("1.2.0", "1.0.9"))],
  ["config-version", "no name", compose(`${CONFIG}\n`, "\n")],
  ["config-version", "no version", compose(CONFIG, "name: ${STACK_NAME}_app_conf_v1")],
  [
    "config-version",
    "no version, but a variable",
    compose(CONFIG, "name: ${STACK_NAME}_app_conf_${SITE_NAME}"),
  ],
  ["config-version", "not the stack's", compose(CONFIG, "name: app_conf_${APP_CONF_VERSION}")],
  ["config-version", "not exported", ["abra.sh", "export APP_CONF_VERSION=v3", "APP_CONF_VERSION=v3"]],
  [
    "secret-name",
    "no name",
    compose(`${SECRET}\n`, "\n"),
    env("SECRET_DB_PASSWORD_VERSION=v1 # length=32\n", ""),
  ],
  [
    "secret-name",
    "no version",
    compose(SECRET, "name: ${STACK_NAME}_db_password_v1"),
    env("SECRET_DB_PASSWORD_VERSION=v1 # length=32\n", ""),
  ],
  [
    "secret-name",
    "another secret's version",
    compose(SECRET, "name: ${STACK_NAME}_password_${SECRET_DB_PASSWORD_VERSION}"),
  ],
  [
    "secret-length",
    "too long by one",
    compose(SECRET, "name: ${STACK_NAME}_db_password_long_${SECRET_DB_PASSWORD_LONG_VERSION:-v1}"),
    env("SECRET_DB_PASSWORD_VERSION=v1 # length=32", "#SECRET_DB_PASSWORD_LONG_VERSION=v1"),
  ],
  ["backup-labels", "a misspelt key", compose("backupbot.backup.pre-hook", "backupbot.backup.prehook")],
  ["backup-labels", "a volume of another service", compose("volumes.postgres.path", "volumes.uploads.path")],
  ["backup-labels", "neither true nor false", compose('backupbot.backup: "true"', 'backupbot.backup: "on"')],
  [
    "backup-labels",
    "both ways at once",
    compose('backupbot.backup: "true"', 'backupbot.backup: "true"\n        backupbot.backup.path: /data'),
  ],
  ["backed-up", "no word on a volume", compose('- "backupbot.backup=true"', "")],
  [
    "proxy-network",
    "its own",
    compose("    external: true\n  internal:", "    driver: overlay\n  internal:"),
  ],
  ["proxy-network", "not joined", compose("      - proxy\n", "")],
  [
    "proxy-network",
    "not declared",
    compose("  proxy:\n    external: true\n", ""),
    compose("      - proxy\n", ""),
  ],
  ["internal-hosts", "a host", compose(HOST, "- DB_HOST=db")],
  ["internal-hosts", "a host and port", compose(HOST, "- DB_SERVICE=db:5432")],
  ["internal-hosts", "a URL", compose(HOST, "- DATABASE=postgres://wiki@db:5432/wiki")],
  ["internal-hosts", "itself", compose(HOST, "- INTERNAL=http://app")],
  ["traefik-labels", "not enabled", compose(ENABLE, "")],
  ["traefik-labels", "no port", compose(PORT, "")],
  ["traefik-labels", "no rule", compose(RULE, "")],
  ["traefik-labels", "another domain", compose(RULE, RULE.replace("${DOMAIN}", "wiki.example.com"))],
  ["traefik-labels", "no entrypoint", compose(ENTRY, "")],
  ["traefik-labels", "no certificate", compose(RESOLVER, "")],
  [
    "traefik-labels",
    "always the same certificate",
    compose(RESOLVER, RESOLVER.replace("${LETS_ENCRYPT_ENV}", "production")),
  ],
  [
    "traefik-labels",
    "a shared router",
    compose(
      `${RULE}\n        ${ENTRY}\n        ${RESOLVER}`,
      [RULE, ENTRY, RESOLVER].join("\n        ").replaceAll("routers.${STACK_NAME}", "routers.wiki"),
    ),
  ],
  ["traefik-labels", "no router", compose(`${RULE}\n        ${ENTRY}\n        ${RESOLVER}`, "")],
  ["label-place", "on containers", compose(APP, `${APP}\n    labels:\n      traefik.docker.network: proxy`)],
  [
    "map-keys",
    "a variable in a key",
    compose('backupbot.backup: "true"', 'backupbot.backup: "true"\n        x.${TITLE}: "1"'),
  ],
  ["compose-version", "none", compose('version: "3.8"\n', "")],
  [
    "healthcheck",
    "none",
    compose(
      '    healthcheck:\n      test: ["CMD", "curl", "-f", "http://localhost:8080/health"]\n      interval: 30s\n      start_period: 1m\n',
      "",
    ),
  ],
  [
    "healthcheck",
    "disabled",
    compose("      start_period: 1m", "      start_period: 1m\n      disable: true"),
  ],
  [
    "healthcheck",
    "none at all",
    compose('["CMD", "curl", "-f", "http://localhost:8080/health"]', '["NONE"]'),
  ],
  ["timeout-label", "none", compose(TIMEOUT, "")],
  ["timeout-label", "not in seconds", compose(TIMEOUT, TIMEOUT.replace("${TIMEOUT:-120}", "2m"))],
  ["timeout-label", "not to be changed", compose(TIMEOUT, TIMEOUT.replace("${TIMEOUT:-120}", "120"))],
  ...[
    "build: .",
    "container_name: wiki",
    "depends_on: [db]",
    "links: [db]",
    "privileged: true",
    "network_mode: host",
  ].map((line) => ["ignored-keys", line, compose(APP, `${APP}\n    ${line}`)] as const),
  [
    "ignored-keys",
    "restart beside a policy",
    compose(APP, `${APP}\n    restart: always`),
    compose("      update_config:", "      restart_policy:\n        condition: any\n      update_config:"),
  ],
  ["readme-metadata", "a line is missing", ["README.md", "* **SSO**: No\n", ""]],
  ["readme-metadata", "a line says nothing", ["README.md", "* **SSO**: No\n", "* **SSO**:\n"]],
];

describe("broken by one change", () => {
  for (const [rule, what, ...changes] of breaking)
    it(`${rule}: ${what}`, () => {
      expect(broken(changed(...changes))).toEqual([rule]);
    });

  it("each rule is by some change", () => {
    const elsewhere = ["compose-readable", "app-service", "annotated-tags"];
    const seen = new Set([...breaking.map(([rule]) => rule), ...elsewhere]);
    expect(RULES.map(({ name }) => name).filter((name) => !seen.has(name))).toEqual([]);
  });

  it("app-service: no service is called so", () => {
    const files = changed(compose("  app:", "  wiki:"), ["compose.smtp.yml", "  app:", "  wiki:"]);
    expect(broken(files)).toEqual(["app-service"]);
    expect(named(files, "not-applicable")).toEqual(["version-label", "version-behind", "timeout-label"]);
  });

  it("annotated-tags: a lightweight release", () => {
    const tags = [...annotated("1.1.0+2.4"), { name: "1.0.0+2.3", isAnnotated: false }];
    expect(broken(clean, tags)).toEqual(["annotated-tags"]);
  });

  it("version-label: on another service", () => {
    const files = changed(
      compose(VERSION, ""),
      compose(
        '        backupbot.backup: "true"',
        `        ${VERSION.slice(3, -1).replace("=", ": ")}\n        backupbot.backup: "true"`,
      ),
    );
    const remarks = lint(subjectOf(files)).rules.find(({ rule }) => rule === "version-label")?.remarks;
    expect(remarks?.map(({ message }) => message)).toEqual([
      "the version label stands on `db`, and abra reads it on `app`: move it there",
    ]);
  });

  it("version-label: a variable is called one, whatever it would be", () => {
    const files = changed(compose(VERSION, VERSION.replace("1.2.0+2.5.1", "${SITE_NAME}")));
    const remarks = lint(subjectOf(files)).rules.find(({ rule }) => rule === "version-label")?.remarks;
    expect(remarks?.[0]?.message).toContain("the version is `${SITE_NAME}`, and only what is written out");
  });

  it("version-label: as a key that is never filled in", () => {
    const label = "deploy: {labels: {'coop-cloud.${STACK_NAME}.version': '1.2.0+2.5.1'}}";
    const files = changed(
      compose(VERSION, ""),
      ["compose.smtp.yml", "    environment:", `    ${label}\n    environment:`],
      env('COMPOSE_FILE="compose.yml"', 'COMPOSE_FILE="compose.yml:compose.smtp.yml"'),
    );
    expect(broken(files)).toEqual(["version-label", "map-keys"]);
  });
});

const keeping: readonly (readonly [what: string, ...changes: Change[]])[] = [
  ["a digest", compose(APP, `image: wiki@sha256:${"0".repeat(64)}`)],
  ["a digest behind latest", compose(APP, `image: wiki:latest@sha256:${"0".repeat(64)}`)],
  ["a commit as a tag", compose(APP, "image: wiki:abcdefab")],
  [
    "a tag by a variable",
    compose(APP, "image: wiki:${SITE_NAME:-1}"),
    env("SITE_NAME=Wiki", "#SITE_NAME=1.2"),
  ],
  ["a version in TYPE", env("TYPE=wiki", 'TYPE="wiki:1.2.0+2.5.1"')],
  ["RECIPE for TYPE", env("TYPE=wiki", "RECIPE=wiki")],
  ["a dollar that is no variable", compose(HOST, `${HOST}\n      - PRICE=$$TITLE`)],
  ["variables in comments", compose(HOST, `${HOST}\n      # - TITLE=\${TITLE}`)],
  ["a variable that abra.sh exports", compose(HOST, `${HOST}\n      - CONF=\${APP_CONF_VERSION}`)],
  ["a variable of another line", env("SITE_NAME=Wiki", "TITLE=x\nSITE_NAME=$TITLE")],
  [
    "an exported value that only a shell knows",
    ["abra.sh", "APP_CONF_VERSION=v3", "APP_CONF_VERSION=$(date +%s)"],
  ],
  [
    "a variable that abra.sh exports for itself",
    ["abra.sh", "export APP", "export TITLE=x\nexport APP"],
    compose(HOST, `${HOST}\n      - TITLE=$TITLE`),
  ],
  [
    "traefik's own service, which has no port",
    compose(PORT, '- "traefik.http.routers.${STACK_NAME}.service=api@internal"'),
  ],
  [
    "the older way to name an external network",
    compose("  proxy:\n    external: true", "  front:\n    external: {name: proxy}"),
    compose("      - proxy\n", "      - front\n"),
  ],
  [
    "an external config",
    compose("configs:\n  app_conf:", "configs:\n  shared:\n    external: true\n  app_conf:"),
  ],
  [
    "a version with a default",
    compose(SECRET, "name: ${STACK_NAME}_db_password_${SECRET_DB_PASSWORD_VERSION:-v1}"),
  ],
  ["a volume that need not be backed up", compose('- "backupbot.backup=true"', '- "backupbot.backup=false"')],
  [
    "a backup that is asked for",
    compose('- "backupbot.backup=true"', '- "backupbot.backup=${ENABLE_BACKUPS:-true}"'),
    env("SITE_NAME=Wiki", "SITE_NAME=Wiki\n#ENABLE_BACKUPS=true"),
  ],
  [
    "the older backup path, alone",
    compose(
      '- "backupbot.backup=true"',
      '- "backupbot.backup=true"\n        - "backupbot.backup.path=/data"',
    ),
  ],
  ["a database that is called like a service", compose(HOST, `${HOST}\n      - DB=db`)],
  ["short names off the shared network", compose("- POSTGRES_DB=wiki", "- REPLICA_HOST=db")],
  [
    "a router without TLS",
    compose(
      ENTRY,
      `${ENTRY}\n        - "traefik.http.routers.\${STACK_NAME}-plain.entrypoints=web"\n        - "traefik.http.routers.\${STACK_NAME}-plain.rule=Host(\`x\`)"`,
    ),
  ],
  [
    "another name for the network",
    compose("  proxy:\n    external: true", "  front:\n    external: true\n    name: proxy"),
    compose("      - proxy\n", "      - front\n"),
  ],
  ["restart without a policy", compose(APP, `${APP}\n    restart: always`)],
  [
    "a job without a healthcheck",
    compose(
      "services:\n",
      "services:\n  migrate:\n    image: wiki:2.5.1\n    deploy:\n      mode: replicated-job\n",
    ),
  ],
  ["the label of the release itself", compose(VERSION, VERSION.replace("1.2.0+2.5.1", "1.1.0+2.4"))],
];

describe("not broken", () => {
  for (const [what, ...changes] of keeping)
    it(`by ${what}`, () => {
      expect(broken(changed(...changes))).toEqual([]);
    });

  it("by a version with a tag that is no release", () => {
    expect(broken(clean, [...annotated("1.1.0+2.4"), { name: "v2.5", isAnnotated: false }])).toEqual([]);
  });
});

describe("the place", () => {
  const smtp = env('COMPOSE_FILE="compose.yml"', 'COMPOSE_FILE="compose.yml:compose.smtp.yml"');
  const places = (rule: string, files: Files): string[] =>
    lint(subjectOf(files))
      .rules.filter((result) => result.rule === rule)
      .flatMap(({ remarks }) => remarks.map(({ file, line }) => `${file}:${line}`));

  it("is that of the file which speaks last", () => {
    const files = changed(smtp, [
      "compose.smtp.yml",
      "    environment:",
      "    image: wiki\n    environment:",
    ]);
    expect(places("image-tagged", files)).toEqual(["compose.smtp.yml:4"]);
  });

  it("of what is missing is that of the file which speaks first", () => {
    const labels = "deploy: {labels: [x=1]}";
    const files = changed(smtp, compose(TIMEOUT, ""), [
      "compose.smtp.yml",
      "    environment:",
      `    ${labels}\n    environment:`,
    ]);
    expect(places("timeout-label", files)).toEqual(["compose.yml:30"]);
  });

  it("of a value that two files give is that of the later one", () => {
    const files = changed(smtp, compose("      start_period: 1m", "      disable: true"), [
      "compose.smtp.yml",
      "    environment:",
      "    healthcheck: {disable: false}\n    environment:",
    ]);
    expect(places("healthcheck", files)).toEqual([]);
  });
});

describe("without anything to say", () => {
  const bare: Files = {
    ...clean,
    "compose.yml": `version: "3.8"\nservices:\n  app:\n    image: wiki:2.5.1\n    healthcheck: {test: [CMD, "true"]}\n`,
  };
  it("are rules about what the recipe does not have", () => {
    expect(named(bare, "not-applicable", [])).toEqual([
      "annotated-tags",
      "config-version",
      "secret-name",
      "backup-labels",
      "proxy-network",
      "traefik-labels",
      "version-behind",
      "secret-length",
      "backed-up",
      "internal-hosts",
    ]);
  });

  it("are rules about variables, where there is no .env.sample", () => {
    const { ".env.sample": _, ...files } = clean;
    expect(named(files, "not-applicable")).toEqual(["variables-named", "options-named", "env-used"]);
    expect(broken(files)).toContain("env-sample");
  });

  it("is the proxy of a service that is switched off", () => {
    expect(named(changed(compose(ENABLE, '- "traefik.enable=false"')), "not-applicable")).toEqual([
      "proxy-network",
      "traefik-labels",
    ]);
  });
});
