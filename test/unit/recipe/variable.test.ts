import { describe, expect, it } from "vitest";
import { isName, replaceWithinLimit, steersHost } from "../../../src/recipe/variable.ts";

describe("a variable", () => {
  it.each(["DOCKER_HOST", "DOCKER_TLS_VERIFY", "DOCKER_CLI_HINTS", "LD_LIBRARY_PATH", "PATH", "HOME"])(
    "called %s steers the host",
    (name) => expect(steersHost(name)).toBe(true),
  );
  it.each(["DOCKER_IMAGE", "DOMAIN", "LDAP_HOST", "HTTP_PROXY", "APP_HOME", "PATH_PREFIX"])(
    "called %s does not",
    (name) => expect(steersHost(name)).toBe(false),
  );
  it("has a name that docker can interpolate", () => {
    expect(["A", "_a9", "9a", "a-b", "", "ä"].filter(isName)).toEqual(["A", "_a9"]);
  });
});

it("replacing stops at the limit", () => {
  expect(replaceWithinLimit("a-b-c", /-/g, () => "+")).toBe("a+b+c");
  expect(replaceWithinLimit("aaa", /a/g, () => "x".repeat(30_000))).toBeNull();
});
