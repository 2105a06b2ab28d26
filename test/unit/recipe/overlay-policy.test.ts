// biome-ignore-all lint/suspicious/noTemplateCurlyInString: compose's interpolation, not JavaScript's.
import { expect, test } from "vitest";
import { parse } from "yaml";
import { judgeOverlay, overlayWithin } from "../../../src/recipe/overlay-policy.ts";

const judge = (text: string) => judgeOverlay("compose.testme.yml", text, ["app", "db"]);
const remarksOn = (text: string): string[] => {
  const read = judge(text);
  if (read.is === "broken") throw new Error(JSON.stringify(read));
  return read.remarks.map(({ line, service, what }) => `${line} ${service} ${what}`);
};

test("what suits a recipe to its environment is in order", () => {
  const text = `version: "3.8"
x-times: &times { interval: 5s, retries: 30 }
services:
  app:
    environment: { LOG: debug }
    labels: [a=b]
    stop_grace_period: 1m
    healthcheck: { <<: *times, start_period: 20m, start_interval: 1s, timeout: 3s }
    deploy:
      update_config: { order: stop-first }
      rollback_config: { order: stop-first }
      resources: { limits: { memory: 1G } }
      restart_policy: { delay: 1s }
      placement: { constraints: [] }
      labels: { traefik.enable: "false" }
`;
  expect(remarksOn(text)).toEqual([]);
  expect(remarksOn("")).toEqual([]);
});

test("what goes beyond that is told with its line", () => {
  const text = `services:
  app:
    image: nginx:1.27
    command: [sleep, "1"]
    entrypoint: /x
    volumes: [data:/data]
    configs: [c]
    secrets: [s]
    ports: ["80:80"]
    healthcheck:
      test: ["NONE"]
      disable: true
    deploy:
      replicas: 2
      labels:
        - "coop-cloud.\${STACK_NAME}.version=9.9.9+9"
  db:
    labels: { backupbot.backup: "false" }
  extra:
    image: x
volumes: { data: {} }
configs: { c: { file: x } }
secrets: { s: { external: true } }
networks: { n: {} }
`;
  expect(remarksOn(text)).toEqual([
    "3 app image",
    "4 app command",
    "5 app entrypoint",
    "6 app volumes",
    "7 app configs",
    "8 app secrets",
    "9 app ports",
    "11 app healthcheck.test",
    "12 app healthcheck.disable",
    "14 app deploy.replicas",
    "16 app deploy.labels.coop-cloud.${STACK_NAME}.version",
    "18 db labels.backupbot.backup",
    "19 extra service",
    "21 null volumes.data",
    "22 null configs.c",
    "23 null secrets.s",
    "24 null networks.n",
  ]);
});

test("an image that comes by an anchor is told, where it stands", () => {
  expect(remarksOn("x-pin: &pin { image: a }\nservices:\n  app: { <<: *pin }\n  db: *pin\n")).toEqual([
    "1 app image",
    "1 db image",
  ]);
});

test("an overlay that is no YAML is said to be so", () => {
  expect(judge("services: [")).toMatchObject({
    is: "broken",
    complaints: [{ file: "compose.testme.yml", line: 1, reason: expect.stringMatching(/^not valid YAML/) }],
  });
});

test("for a version that lacks a service, what suits it is left out; what is brought along stays", () => {
  const text = `x-a: &a { A: b } # kept
services:
  app: { environment: *a }
  later: { environment: { C: d } }
  brought: { image: nginx }
volumes: { data: {} }
`;
  const within = overlayWithin(text, ["app"]);
  expect(parse(within)).toEqual({
    "x-a": { A: "b" },
    services: { app: { environment: { A: "b" } }, brought: { image: "nginx" } },
    volumes: { data: {} },
  });
  expect(parse(overlayWithin(text, ["app", "later"]))).toEqual(parse(text));
  expect(overlayWithin("", [])).toBe("");
});
