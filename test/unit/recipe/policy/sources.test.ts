// What docker must not be let near: each file by itself, and by what another reader of YAML could see in it.
import { expect, it } from "vitest";
import { judgeSources } from "../../../../src/recipe/policy/sources.ts";

const judged = (text: string) => judgeSources(new Map([["compose.yml", text]]));
const told = (text: string) =>
  judged(text).complaints.map(({ line, reason }) => [line, /\(([a-z-]+)\)/.exec(reason)?.[1] ?? reason]);
const app = (more: string) => `services:\n  app:\n    image: x\n    ${more}\n`;

it.each<[text: string, line: number | null, rule: string]>([
  [app("env_file: /etc/passwd"), 4, "env-files"],
  [app("env_file: ../../secrets.env"), 4, "env-files"],
  [app("env_file: conf/../../secrets.env"), 4, "env-files"],
  [app("env_file: ~/.netrc"), 4, "env-files"],
  [app("env_file: [ok.env, /proc/self/environ]"), 4, "env-files"],
  // biome-ignore lint/suspicious/noTemplateCurlyInString: compose's interpolation, not JavaScript's.
  [app("env_file: ${FILE}"), 4, "env-files"],
  [app("env_file: .git/config"), 4, "env-files"],
  [app("env_file: {path: /etc/passwd}"), 4, "env-files"],
  [app('"env_\\x66ile": /etc/passwd'), 4, "env-files"],
  [app("? env_file\n    : /etc/passwd"), 5, "env-files"],
  [`x-a: &a {env_file: /etc/passwd}\n${app("<<: *a")}`, 1, "env-files"],
  [`x-a: &a /etc/passwd\n${app("env_file: *a")}`, 1, "env-files"],
  [`x-a: &a env_file\n${app("*a : /etc/passwd")}`, 5, "plain-yaml"],
  [app("!!binary ZW52X2ZpbGU=: /etc/passwd"), 4, "plain-yaml"],
  [app("volumes: !reset []"), 4, "plain-yaml"],
  [app("user: a # b\u0085    env_file: /etc/passwd"), 4, "plain-yaml"],
  [app("user: a # b\u2028    env_file: /etc/passwd"), 4, "plain-yaml"],
  [app("user: a # b\r    env_file: /etc/passwd"), 4, "plain-yaml"],
  ["\ufffd\ufffds\u0000e\u0000r\u0000", 1, "plain-yaml"],
  [app(`user: "${"a".repeat(200_000)}"`), null, "plain-yaml"],
  [`x-a: &a [a]\nx-b: [${"*a, ".repeat(10_000)}]\n${app("user: a")}`, null, "plain-yaml"],
])("refused: %j", (text, line, rule) => {
  expect(told(text)).toContainEqual([line, rule]);
});

it("a broken file that could hide an env_file is not shown to docker", () => {
  expect(told(app("user: a: b\n    env_file: /etc/passwd"))).toEqual([
    [4, expect.stringMatching(/^not valid YAML: /)],
  ]);
});

it.each([
  "",
  "# nothing\n",
  app("env_file: ./conf/app.env"),
  app("env_file:\n      - app.env\n      - db.env"),
  app("user: é🙂"),
  app("user: a").replaceAll("\n", "\r\n"),
  `\ufeff${app("user: a")}`,
  app("user: !!str 1000"),
  `x-a: &a {user: a}\n${app("<<: *a")}`,
  app("user: a: b"),
])("let through: %j", (text) => {
  expect(told(text)).toEqual([]);
});

it("names the env_files that docker will read", () => {
  expect(judged(app("env_file: [./a.env, conf/b.env]")).envFiles).toEqual(["a.env", "conf/b.env"]);
});
