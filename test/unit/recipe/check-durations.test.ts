// biome-ignore-all lint/suspicious/noTemplateCurlyInString: compose's interpolation, not JavaScript's.
import { describe, expect, it } from "vitest";
import { checkDurations } from "../../../src/recipe/check-durations.ts";

const head = 'version: "3.8"\nservices:\n  app:\n    image: foo\n';
const check = (...texts: string[]) =>
  checkDurations(new Map(texts.map((text, at) => [at === 0 ? "compose.yml" : `o${at}.yml`, text])));

describe("a variable where a duration belongs", () => {
  it.each([
    ["stop_grace_period", "    stop_grace_period: ${GRACE:-1m}\n", 5],
    ["healthcheck.interval", "    healthcheck:\n      interval: $I\n", 6],
    ["healthcheck.timeout", "    healthcheck: {timeout: '${T}s'}\n", 5],
    ["healthcheck.start_period", '    healthcheck:\n      test: x\n      start_period: "${SP:-5m}"\n', 7],
    ["healthcheck.start_interval", "    healthcheck:\n      start_interval: ${I}\n", 6],
    ["deploy.update_config.delay", "    deploy:\n      update_config:\n        delay: ${D}\n", 7],
    ["deploy.update_config.monitor", "    deploy:\n      update_config:\n        monitor: ${M}\n", 7],
    ["deploy.rollback_config.delay", "    deploy:\n      rollback_config:\n        delay: ${D}\n", 7],
    ["deploy.rollback_config.monitor", "    deploy:\n      rollback_config:\n        monitor: ${M}\n", 7],
    ["deploy.restart_policy.delay", "    deploy:\n      restart_policy:\n        delay: ${D}\n", 7],
    ["deploy.restart_policy.window", "    deploy:\n      restart_policy:\n        window: ${W}\n", 7],
  ])("%s", (path, text, line) => {
    expect(check(head + text)).toEqual({
      file: "compose.yml",
      line,
      reason: expect.stringMatching(
        new RegExp(`^services\\.app\\.${path}: abra refuses a variable in a duration \\(it reads \\S*\\$`),
      ),
    });
  });

  it("is found where an anchor holds it, in a service with dots in its name, and in any of the files", () => {
    const anchored =
      "x-hc: &hc\n  interval: ${I}\nservices:\n  my.app:\n    healthcheck:\n      <<: *hc\n      test: x\n";
    expect(check(head, anchored)).toMatchObject({
      file: "o1.yml",
      line: 2,
      reason: expect.stringMatching(/^services\.my\.app\.healthcheck\.interval: /),
    });
    expect(check("x-i: &i ${I}\nservices:\n  app:\n    stop_grace_period: *i\n")).toMatchObject({ line: 1 });
    expect(check("x-all: &all\n  app:\n    stop_grace_period: $I\nservices:\n  <<: *all\n")).toMatchObject({
      line: 3,
    });
  });

  it.each([
    ["a plain duration", "    stop_grace_period: 1m30s\n"],
    ["a number", "    stop_grace_period: 5\n"],
    ["a variable elsewhere", "    healthcheck:\n      test: echo $$X ${X}\n      retries: ${R:-3}\n"],
    ["a key of the same name elsewhere", "    environment:\n      interval: ${I}\n      timeout: ${T}\n"],
    ["no mapping", "    deploy: ${D}\n    healthcheck:\n"],
  ])("is not %s", (_, text) => expect(check(head + text)).toBeNull());

  it("is one even where an overlay says it plainly", () => {
    const overlay = "services:\n  app:\n    stop_grace_period: 5s\n";
    // abra validates each file by itself, so the overlay does not help.
    expect(check(`${head}    stop_grace_period: $I\n`, overlay)).toMatchObject({
      file: "compose.yml",
      line: 5,
    });
  });

  it("is not looked for in what is no YAML", () => {
    expect(check("services: [\n", "- a\n", "")).toBeNull();
  });
});
