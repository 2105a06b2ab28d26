// Whole recipes held against all rules: what is kept, and each remark with its place.
import { describe, expect, it } from "vitest";
import { filesToLint, lint, RULES } from "../../../../src/recipe/lint/lint.ts";
import type { LintReport } from "../../../../src/recipe/lint/rule.ts";
import { cpuMsOf } from "../../../support/cpu-time.ts";
import { anchored, clean, dirty, type Files, subjectOf } from "./recipes.ts";

const status = ({ rules }: LintReport, wanted: string): string[] =>
  rules.filter((result) => result.status === wanted).map(({ rule }) => rule);
const told = ({ rules }: LintReport): string =>
  `\n${rules
    .flatMap(({ rule, remarks }) =>
      remarks.map(({ file, line, message }) => `${rule}  ${file}:${line ?? "-"}  ${message}`),
    )
    .join("\n")}\n`;

it("a recipe that keeps every convention is told so, of every rule", () => {
  const report = lint(subjectOf(clean));
  expect(told(report)).toBe("\n\n");
  expect(status(report, "kept")).toEqual(RULES.map(({ name }) => name));
});

it("a recipe that breaks them is told where, and what to write", () => {
  const tags = [
    { name: "1.2.0+2.5", isAnnotated: false },
    { name: "v2.5", isAnnotated: false },
    { name: "1.3.0+2.6", isAnnotated: true },
  ];
  expect(told(lint(subjectOf(dirty, tags)))).toMatchInlineSnapshot(`
    "
    image-tagged  compose.yml:4  the image \`nginx\` has no tag, which means \`latest\`: write the version behind it, as in \`nginx:1.2.3\`
    image-tagged  compose.yml:26  the tag \`latest\` of \`ghcr.io/example/wiki:latest\` moves from version to version: write the version itself
    image-tagged  compose.more.yml:3  the tag \`musl\` of \`busybox:musl\` moves from version to version: write the version itself
    env-sample  .env.sample:1  \`TYPE\` says \`vviki\`, and this recipe is called \`wiki\`: write \`TYPE=wiki\`
    env-sample  .env.sample:-  \`DOMAIN\` is not set: write \`DOMAIN=wiki.example.com\`
    variables-named  compose.yml:9  \`SITE_TITLE\` is filled in here, and \`.env.sample\` does not name it: write \`SITE_TITLE=\` there, commented out where it may stay unset
    version-label  compose.more.yml:6  the version \`1.0\` is not \`X.Y.Z+<app version>\`: write \`coop-cloud.\${STACK_NAME}.version=1.2.0+15.3\`, the recipe's own version, \`+\`, and the app's
    annotated-tags  refs/tags/1.2.0+2.5:-  the release \`1.2.0+2.5\` is a lightweight tag: make it anew with \`git tag -f -a -m 1.2.0+2.5 1.2.0+2.5 1.2.0+2.5^{}\` and push it with \`git push --force origin refs/tags/1.2.0+2.5\`
    config-version  compose.yml:45  the config \`nginx\` has no name of its own: write \`name: \${STACK_NAME}_nginx_\${NGINX_VERSION}\`, and export that version in \`abra.sh\`
    config-version  compose.yml:48  \`abra.sh\` does not export \`INDEX_VERSION\`, the version of the config \`index\`: write \`export INDEX_VERSION=v1\` there
    secret-name  compose.yml:41  the version of the secret \`a_secret_with_a_long_name\` is \`SECRET_LONG_VERSION\`, where abra looks for \`SECRET_A_SECRET_WITH_A_LONG_NAME_VERSION\`: name one after the other
    secret-name  compose.yml:43  the secret \`key\` is a file of the recipe, which everybody can read: write \`external: true\` and \`name: \${STACK_NAME}_key_\${SECRET_KEY_VERSION}\`
    backup-labels  compose.yml:23  the backup bot knows no \`backupbot.backup.pre-hok\`: write one of \`backupbot.backup\`, \`backupbot.backup.pre-hook\`, \`backupbot.backup.post-hook\`, \`backupbot.restore.pre-hook\`, \`backupbot.restore.post-hook\`, \`backupbot.backup.path\`, \`backupbot.backup.command\`, \`backupbot.restore\`, \`backupbot.backup.volumes.<volume>\`
    backup-labels  compose.yml:24  \`web\` mounts no volume \`uplaods\` (it mounts: none): name one of its own
    backup-labels  compose.yml:23  \`web\` has no \`backupbot.backup\`, so \`backupbot.backup.pre-hok\` is never looked at: write \`backupbot.backup=true\` beside it
    proxy-network  compose.yml:35  this \`proxy\` is a network of the stack's own, which no proxy joins: write \`external: true\`
    traefik-labels  compose.yml:19  \`web\` has traefik labels and does not say \`traefik.enable=true\`: write it beside them
    traefik-labels  compose.yml:19  \`web\` does not say on which port it listens, and in a swarm traefik cannot know: write \`traefik.http.services.\${STACK_NAME}.loadbalancer.server.port=\`
    traefik-labels  compose.yml:20  the router \`\${STACK_NAME}\` has no \`entrypoints\`: write \`traefik.http.routers.\${STACK_NAME}.entrypoints=web-secure\`
    traefik-labels  compose.yml:21  the router \`wiki\` would be shared by all apps of this recipe: call it after \`\${STACK_NAME}\`
    traefik-labels  compose.yml:21  the router \`wiki\` has no \`entrypoints\`: write \`traefik.http.routers.wiki.entrypoints=web-secure\`
    traefik-labels  compose.yml:22  the router \`wiki\` always asks \`production\` for its certificate: write \`\${LETS_ENCRYPT_ENV}\`, by which who runs the app chooses
    traefik-labels  compose.yml:20  no router's rule holds \`\${DOMAIN}\`, so the app of \`wiki\` is not where it was asked to be: write it into this one
    label-place  compose.yml:11  \`traefik.enable\` stands under the \`labels\` of \`web\`, where nobody reads it: move it to \`deploy.labels\`
    map-keys  compose.yml:20  docker fills in nothing in the key \`traefik.http.routers.\${STACK_NAME}.rule\`: write this as an item of a list, \`- "traefik.http.routers.\${STACK_NAME}.rule=…"\`
    compose-version  compose.more.yml:-  this file says no \`version\`: write \`version: "3.8"\`, as all files of the recipe should
    healthcheck  compose.yml:3  \`web\` has no healthcheck: write one whose \`test\` asks the service itself (unless its image brings one along)
    healthcheck  compose.yml:30  the healthcheck of \`api\` is disabled: write one that works
    healthcheck  compose.more.yml:2  \`app\` has no healthcheck: write one whose \`test\` asks the service itself (unless its image brings one along)
    options-named  compose.yml:26  \`APP_TAG\` may be set here, of which \`.env.sample\` says nothing: write \`#APP_TAG=\` there, with its default
    env-used  .env.sample:3  no file of the recipe reads \`SITE_TITEL\`: take the line out, or pass it on under \`environment\`
    secret-length  compose.yml:41  with the longest stack name (45 characters) the secret \`a_secret_with_a_long_name\` has one of 74, and docker takes 64: make it shorter by 10
    timeout-label  compose.more.yml:7  the timeout \`5m\` is no number of seconds: write \`coop-cloud.\${STACK_NAME}.timeout=\${TIMEOUT:-300}\`
    backed-up  compose.yml:27  nothing says whether the volume \`uploads\` is backed up: write \`backupbot.backup=true\` to the \`deploy.labels\` of \`api\`, or \`=false\` where it may be lost
    internal-hosts  compose.yml:8  \`API_URL\` asks for \`api\`, and on \`proxy\` the one of another app may answer: write \`\${STACK_NAME}_api\`
    ignored-keys  compose.yml:5  Swarm passes over \`container_name\` of \`web\`: take it out: others find the service as \`\${STACK_NAME}_<service>\`
    ignored-keys  compose.yml:12  Swarm passes over \`depends_on\` of \`web\`: take it out, and let the service wait by itself for what it needs: Swarm starts all at once
    ignored-keys  compose.yml:6  Swarm passes over \`restart\` of \`web\`, which has a \`deploy.restart_policy\`: take it out
    readme-metadata  README.md:4  the metadata says nothing of \`Status\`: write it behind the colon
    readme-metadata  README.md:4  the metadata has no line for \`Image\`, \`Healthcheck\`, \`Backups\`, \`Email\`, \`Tests\`, \`SSO\`: write \`Category\`, \`Status\`, \`Image\`, \`Healthcheck\`, \`Backups\`, \`Email\`, \`Tests\`, \`SSO\`, each on a line like \`* **Status**: 3, stable\`
    "
  `);
});

it("lists, mappings, anchors and aliases are all read, and pointed at where they stand", () => {
  const report = lint(subjectOf(anchored, []));
  expect(told(report)).toMatchInlineSnapshot(`
    "
    backup-labels  compose.db.yml:14  \`backupbot.backup\` is \`yes\`: write \`true\` or \`false\`
    options-named  compose.yml:6  \`ENABLE_BACKUPS\` may be set here, of which \`.env.sample\` says nothing: write \`#ENABLE_BACKUPS=\` there, with its default
    options-named  compose.db.yml:5  \`POSTGRES_PORT\` may be set here, of which \`.env.sample\` says nothing: write \`#POSTGRES_PORT=\` there, with its default
    timeout-label  compose.yml:22  \`app\` does not say how long a deploy may take: write \`coop-cloud.\${STACK_NAME}.timeout=\${TIMEOUT:-300}\` to its \`deploy.labels\`
    internal-hosts  compose.db.yml:5  \`POSTGRES_HOST\` asks for \`db\`, and on \`proxy\` the one of another app may answer: write \`\${STACK_NAME}_db\`
    ignored-keys  compose.yml:32  Swarm passes over \`depends_on\` of \`worker\`: take it out, and let the service wait by itself for what it needs: Swarm starts all at once
    "
  `);
  expect(status(report, "not-applicable")).toMatchInlineSnapshot(`
    [
      "annotated-tags",
      "version-behind",
    ]
  `);
});

describe("what cannot be read", () => {
  it("is told, and nothing is said to be kept", () => {
    const broken: Files = { ...clean, "compose.yml": "services:\n  app: [\n" };
    const report = lint(subjectOf(broken));
    expect(status(report, "broken")).toEqual(["compose-readable"]);
    expect(status(report, "kept")).toEqual([]);
  });

  it("so is a file that is too large to be searched", () => {
    const large: Files = { ...clean, "compose.yml": `${clean["compose.yml"]}#${"x".repeat(200_000)}` };
    expect(told(lint(subjectOf(large)))).toBe(
      "\ncompose-readable  compose.yml:-  this file cannot be read: it is too large\n",
    );
  });
});

describe("a recipe without anything", () => {
  it("breaks what every recipe has, and of the rest nothing is said", () => {
    const report = lint(subjectOf({ "compose.yml": "" }, []));
    expect(status(report, "broken")).toEqual([
      "app-service",
      "env-sample",
      "compose-version",
      "readme-metadata",
    ]);
  });
});

it("of many remarks of one kind the first fifty are told", () => {
  const many = Array.from({ length: 60 }, (_, at) => `      - A${at}=\${UNNAMED_${at}}`).join("\n");
  const files = { ...clean, "compose.yml": (clean["compose.yml"] ?? "").replace("      - LANGUAGE", many) };
  const remarks = lint(subjectOf(files)).rules.find(({ rule }) => rule === "variables-named")?.remarks ?? [];
  expect(remarks).toHaveLength(51);
  expect(remarks.at(-1)?.message).toBe("and 10 more of the same kind");
});

describe("hostile text", () => {
  const hostile = `x\`y @everyone\n# no ${"long ".repeat(100)}`;

  it("cannot close the backticks between which it stands", () => {
    const files = {
      ...clean,
      "compose.yml": (clean["compose.yml"] ?? "").replaceAll(
        "ghcr.io/example/wiki:2.5.1",
        JSON.stringify(`wiki:${hostile}`),
      ),
    };
    const [remark] = lint(subjectOf(files)).rules.find(({ rule }) => rule === "image-tagged")?.remarks ?? [];
    expect(remark?.message.split("`")).toHaveLength(5);
    expect(remark?.message).not.toContain("\n");
    expect(remark?.message.length).toBeLessThan(500);
  });

  it("costs no time that grows with its square", () => {
    const long = "a".repeat(150_000);
    const spent = cpuMsOf(() => {
      filesToLint(long);
      lint(
        subjectOf({
          ...clean,
          ".env.sample": `TYPE=wiki\n${long}=${long}\n#${"# ".repeat(50_000)}`,
          "abra.sh": long,
        }),
      );
      lint(subjectOf({ ...clean, "README.md": `* **${long}**\n${"* **Status**\n".repeat(10_000)}` }));
    });
    expect(spent).toBeLessThan(5_000);
  });
});

it("the files that rules want to see are the usual ones, and the overlays that are named", () => {
  expect(filesToLint(clean[".env.sample"] ?? "")).toEqual([
    ".env.sample",
    "abra.sh",
    "README.md",
    "compose.yml",
    "compose.smtp.yml",
  ]);
  expect(filesToLint('#COMPOSE_FILE="./a.yml:/etc/b.yml:../c.yml:sub/d.yaml"')).toEqual([
    ".env.sample",
    "abra.sh",
    "README.md",
    "a.yml",
    "sub/d.yaml",
  ]);
});
