import { describe, expect, it } from "vitest";
import {
  abraLabel,
  composeVersionOf,
  parseStackConfig,
  routedPort,
  timeoutMs,
} from "../../../src/recipe/stack-config.ts";

const printed = `
version: "3.8"
services:
  app:
    image: discourse:3.1
    networks: { proxy: null }
    deploy:
      labels:
        coop-cloud.disc.version: 1.2.0+15.3
        coop-cloud.disc.timeout: "120"
        coop-cloud.disc.empty: ""
        traefik.http.routers.app.rule: Host(\`example.org\`)
        traefik.http.services.app.loadbalancer.server.port: "3000"
  db:
    image: postgres:15
networks:
  proxy: { name: proxy, external: true }
  internal: { name: disc_internal }
  old: { external: true }
  host_net: { name: host, external: true }
  off: { name: off, external: false }
  bare:
secrets:
  db_password: { name: disc_db_password_v1, external: true }
  from_file: { name: disc_from_file, file: ./secret }
configs:
  app_conf: { file: /r/app.conf, template_driver: golang }
  motd: { name: shared_motd, external: true }
volumes:
  data:
`;
const config = parseStackConfig(printed);
const labelled = (labels: Record<string, string>) =>
  parseStackConfig(JSON.stringify({ services: { app: { image: "a", deploy: { labels } } } }));

describe("what docker printed", () => {
  it("is read as services, images and labels", () => {
    expect(config.services.map(({ name, image }) => [name, image])).toEqual([
      ["app", "discourse:3.1"],
      ["db", "postgres:15"],
    ]);
    expect(config.services[1]?.labels).toEqual({});
  });

  it("names what has to be there before: by its full name, or by its key where it has none", () => {
    expect(config.externalNetworks).toEqual(["proxy", "old"]);
    expect(config.externalSecrets).toEqual([{ key: "db_password", name: "disc_db_password_v1" }]);
    expect(config.externalConfigs).toEqual([{ key: "motd", name: "shared_motd" }]);
  });

  it("names what docker will make, and of which files", () => {
    expect(config.made).toEqual([
      { kind: "network", key: "internal", name: "disc_internal" },
      { kind: "network", key: "off", name: "off" },
      { kind: "network", key: "bare", name: null },
      { kind: "volume", key: "data", name: null },
      { kind: "secret", key: "from_file", name: "disc_from_file" },
      { kind: "config", key: "app_conf", name: null },
    ]);
    expect(config.files).toEqual([
      { kind: "secret", key: "from_file", name: "disc_from_file", file: "./secret" },
      { kind: "config", key: "app_conf", name: null, file: "/r/app.conf" },
    ]);
  });

  it("may be nearly nothing", () => {
    expect(parseStackConfig("services: {}")).toMatchObject({
      services: [],
      externalNetworks: [],
      externalSecrets: [],
    });
    expect(parseStackConfig("services:\n  app:\n    deploy:\n").services).toEqual([
      { name: "app", image: "", labels: {}, mounts: [] },
    ]);
  });

  it.each(["", "just words", "[]", "services: [app]", "services: { app: word }"])(
    "that is no stack throws: %j",
    (text) => {
      expect(() => parseStackConfig(text)).toThrow();
    },
  );
});

describe("abra's labels", () => {
  it.each([
    ["version", "1.2.0+15.3"],
    ["empty", null],
    ["none", null],
  ])("%s is %s", (key, value) => expect(abraLabel(config, "disc", key)).toBe(value));

  it("of another stack are nobody's", () => expect(abraLabel(config, "dis", "version")).toBeNull());
});

describe("the port that the proxy is given", () => {
  it("is found by its label", () => expect(routedPort(config)).toEqual({ service: "app", port: 3000 }));

  it.each([
    ["no label", {}],
    ["no number", { "traefik.http.services.a.loadbalancer.server.port": "$PORT" }],
    ["another setting", { "traefik.http.services.a.loadbalancer.server.scheme": "https" }],
    ["tcp", { "traefik.tcp.services.a.loadbalancer.server.port": "25" }],
    ["more behind it", { "traefik.http.services.a.loadbalancer.server.portx": "25" }],
  ])("is none with %s", (_name, labels: Record<string, string>) =>
    expect(routedPort(labelled(labels))).toBeNull(),
  );
});

describe("how long a recipe may take", () => {
  const label = (seconds: string) => labelled({ "coop-cloud.disc.timeout": seconds });
  const nothing = labelled({});
  it.each([
    ["its label", label("120"), {}, 120_000],
    ["its label before its environment", label("120"), { TIMEOUT: "60" }, 120_000],
    ["its environment", nothing, { TIMEOUT: "60" }, 60_000],
    ["its environment, where the label is empty", label(""), { TIMEOUT: "60" }, 60_000],
    ["neither", nothing, {}, 300_000],
    ["no number", label("soon"), {}, 300_000],
    ["nothing", nothing, { TIMEOUT: "" }, 300_000],
    ["less than nothing", nothing, { TIMEOUT: "-5" }, 300_000],
    ["for ever", nothing, { TIMEOUT: "Infinity" }, 300_000],
    ["a fraction", nothing, { TIMEOUT: "0.5" }, 500],
  ])("by %s", (_name, stack, values: Record<string, string>, ms) => {
    expect(timeoutMs(stack, "disc", new Map(Object.entries(values)))).toBe(ms);
  });
});

describe("the version of a compose file", () => {
  it.each([
    ['version: "3.8"', "3.8"],
    ["version: 3", "3"],
    ["services: {}", null],
    ["version: [3]", null],
    ["", null],
    ["words", null],
  ])("%j has %j", (source, version) => expect(composeVersionOf(source)).toBe(version));
});
