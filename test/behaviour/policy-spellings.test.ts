/**
 * However a recipe spells what is refused, docker's own reader brings it to one form before it is judged: short and long forms, lists
 * and maps, flow and block, escapes, anchors and merge keys, variables, and a second file. The docker client itself reads each.
 */
import fc from "fast-check";
import { expect, test } from "vitest";
import { stringify } from "yaml";
import { openReader } from "../support/read-recipe.ts";
import type { Files } from "../support/recipes.ts";

type Fields = Record<string, unknown>;
type Ask = { rule: string; service: Fields; top?: Fields };

/** Of each rule that has more than one form, every form. */
const ASKS: readonly Ask[] = [
  ...["/etc:/x", "./conf:/x:ro", "../..:/x", { type: "bind", source: "/etc", target: "/x" }].map((mount) => ({
    rule: "bind-mounts",
    service: { volumes: [mount] },
  })),
  ...[
    "/var/run/docker.sock:/var/run/docker.sock:ro",
    { type: "bind", source: "/run/docker.sock", target: "/x", read_only: true },
  ].map((mount) => ({ rule: "docker-socket", service: { volumes: [mount] } })),
  ...["80:80", "80", 80, "8000-8002:80-82", "53:53/udp", { target: 80, published: 80, mode: "host" }].map(
    (port) => ({ rule: "published-ports", service: { ports: [port] } }),
  ),
  ...["SYS_ADMIN", "CAP_SYS_ADMIN", "sys_admin", "ALL"].map((name) => ({
    rule: "capabilities",
    service: { cap_add: [name] },
  })),
  { rule: "privileged", service: { privileged: true } },
  { rule: "host-namespaces", service: { pid: "host" } },
  { rule: "host-namespaces", service: { ipc: "host" } },
  { rule: "host-namespaces", service: { network_mode: "host" } },
  { rule: "host-namespaces", service: { userns_mode: "host" } },
  { rule: "devices", service: { devices: ["/dev/sda:/dev/sda:rwm"] } },
  { rule: "sysctls", service: { sysctls: { "net.core.somaxconn": 1 } } },
  { rule: "sysctls", service: { sysctls: ["net.core.somaxconn=1"] } },
  { rule: "security-options", service: { security_opt: ["apparmor:unconfined"] } },
  { rule: "host-address", service: { extra_hosts: ["h:host-gateway"] } },
  { rule: "host-address", service: { extra_hosts: { h: "host-gateway" } } },
  { rule: "logging", service: { logging: { driver: "gelf" } } },
  { rule: "placement", service: { deploy: { placement: { constraints: ["node.role == manager"] } } } },
  ...[["x"], { x: null }, { x: { aliases: [] } }].flatMap((networks) =>
    [{ external: true, name: "other_internal" }, { external: { name: "other_internal" } }].map((x) => ({
      rule: "foreign-networks",
      service: { networks },
      top: { networks: { x } },
    })),
  ),
  ...["x:/x", { type: "volume", source: "x", target: "/x" }].flatMap((mount) => [
    { rule: "external-volumes", service: { volumes: [mount] }, top: { volumes: { x: { external: true } } } },
    {
      rule: "volume-drivers",
      service: { volumes: [mount] },
      top: { volumes: { x: { driver_opts: { type: "none", o: "bind", device: "/" } } } },
    },
  ]),
  ...["x", { source: "x", target: "y" }].map((secret) => ({
    rule: "foreign-secrets",
    service: { secrets: [secret] },
    top: { secrets: { x: { external: true, name: "other_db_v1" } } },
  })),
];

const spelling = fc.record({
  isFlow: fc.boolean(),
  isEscaped: fc.boolean(),
  isFilledIn: fc.boolean(),
  isMerged: fc.boolean(),
  isSecondFile: fc.boolean(),
});
type Spelling = typeof spelling extends fc.Arbitrary<infer S> ? S : never;

/** Each text that is a value becomes a variable; what it holds stands in `.env.sample`. */
const filledIn = (value: unknown, values: string[]): unknown => {
  if (typeof value === "string" || typeof value === "boolean")
    return `$\{V${values.push(String(value)) - 1}}`;
  if (Array.isArray(value)) return value.map((item) => filledIn(item, values));
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, of]) => [key, filledIn(of, values)]));
};

const escaped = (key: string): string =>
  `"${[...key].map((c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, "0")}`).join("")}"`;

const blockOf = (fields: Fields): string => (Object.keys(fields).length === 0 ? "" : stringify(fields));

const filesOf = ({ service, top = {} }: Ask, how: Spelling): Files => {
  const values: string[] = [];
  const fill = (of: Fields) => (how.isFilledIn ? (filledIn(of, values) as Fields) : of);
  const flow = (of: unknown) => stringify(of, { collectionStyle: "flow", lineWidth: 0 }).trim();
  const lines = (fields: Fields, key: (name: string) => string) =>
    Object.entries(fields).map(([name, of]) => `${key(name)}: ${flow(of)}\n`);
  const written = lines(fill(service), (name) => (how.isEscaped ? escaped(name) : name));
  const plain = "  app:\n    image: x\n";
  const block = how.isMerged
    ? `x-a: &a\n${written.map((line) => `  ${line}`).join("")}services:\n  app:\n    image: x\n    <<: *a\n`
    : `services:\n${plain}${written.map((line) => `    ${line}`).join("")}`;
  const topFields = fill(top);
  const more = how.isFlow ? lines(topFields, (name) => name).join("") : blockOf(topFields);
  const sample = values.map((value, i) => `V${i}='${value}'\n`).join("");
  const head = 'version: "3.8"\n';
  return how.isSecondFile
    ? {
        "compose.yml": `${head}services:\n${plain}`,
        "compose.more.yml": `${head}${block}${more}`,
        ".env.sample": `COMPOSE_FILE=compose.yml:compose.more.yml\n${sample}`,
      }
    : { "compose.yml": `${head}${block}${more}`, ".env.sample": sample };
};

test("no spelling of what is refused gets through", async () => {
  const { read } = await openReader();
  const through = fc.asyncProperty(spelling, async (how) => {
    for (const ask of ASKS) {
      const said = await read(filesOf(ask, how));
      expect("reason" in said ? said.reason : "it went through", JSON.stringify({ ask, how })).toContain(
        `refused by policy (${ask.rule})`,
      );
    }
  });
  await fc.assert(through, { numRuns: 4, endOnFailure: true });
}, 240_000);

test("the same service that asks for nothing goes through", async () => {
  const { read } = await openReader();
  for (const isFlow of [true, false])
    expect(
      await read(
        filesOf(
          { rule: "", service: { user: "1000" } },
          { isFlow, isEscaped: true, isFilledIn: true, isMerged: true, isSecondFile: true },
        ),
      ),
    ).toHaveProperty("app");
});
