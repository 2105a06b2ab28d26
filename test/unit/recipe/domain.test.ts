import { createHash } from "node:crypto";
import { describe, expect, it } from "vitest";
import { Commit } from "../../../src/recipe/commit.ts";
import { appDomain, stackName } from "../../../src/recipe/domain.ts";

const sha256 = (text: string) => createHash("sha256").update(text).digest("hex");
const head = Commit.parse("a".repeat(40));
const app = { recipe: "discourse", pull: 7, head, base: "ci.example.com" };

describe("the app domain", () => {
  it("is four letters and six hex digits of what is tested", () => {
    const hex = sha256(`discourse|7|${head}`).slice(0, 6);
    expect(appDomain(app, sha256)).toBe(`disc-${hex}.ci.example.com`);
  });

  it.each([
    ["Go-SSB-Room", /^goss-/],
    ["n8n", /^n8n-/],
    ["--", /^test-/],
    ["ÄÖ", /^test-/],
  ])("of %s is a DNS name", (recipe, starts) => {
    expect(appDomain({ ...app, recipe }, sha256)).toMatch(starts);
  });

  it("differs by recipe, pull request and head", () => {
    const others = [
      app,
      { ...app, recipe: "discover" },
      { ...app, pull: 8 },
      { ...app, pull: "local" as const },
      { ...app, head: Commit.parse("b".repeat(40)) },
    ];
    expect(new Set(others.map((other) => appDomain(other, sha256))).size).toBe(others.length);
  });
});

describe("the stack name", () => {
  it.each([
    ["blog.example.com", "blog_example_com"],
    [`disc-ae10f0.${"x".repeat(60)}.org`, `disc-ae10f0_${"x".repeat(33)}`],
  ])("of %s", (domain, name) => {
    expect(stackName(domain)).toBe(name);
    expect(name.length).toBeLessThanOrEqual(45);
  });
});
