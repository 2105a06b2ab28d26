import { describe, expect, it } from "vitest";
import { isSameImage } from "../../../src/recipe/image.ts";

describe("isSameImage", () => {
  it.each([
    ["nginx", "nginx:latest"],
    ["nginx:1.27", "nginx:1.27@sha256:aa"],
    ["docker.io/library/nginx:1.27", "nginx:1.27"],
    ["docker.io/discourse/base:2", "discourse/base:2@sha256:aa"],
    ["registry.example:5000/a/b", "registry.example:5000/a/b:latest"],
    ["nginx@sha256:aa", "nginx@sha256:aa"],
    ["nginx:1.27@sha256:aa", "nginx@sha256:aa"],
  ])("%s is %s", (named, running) => expect(isSameImage(named, running)).toBe(true));

  it.each([
    ["nginx:1.27", "nginx:1.26"],
    ["nginx", "nginx:1.27"],
    ["nginx@sha256:aa", "nginx@sha256:bb"],
    ["nginx:1.27@sha256:aa", "nginx:1.27"],
    ["library/nginx", "other/nginx"],
    ["registry.example:5000/b", "registry.example/b:5000"],
    ["nginx:1.27", ""],
  ])("%s is not %s", (named, running) => expect(isSameImage(named, running)).toBe(false));
});
