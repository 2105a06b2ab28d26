import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { parse } from "yaml";
import { Commit } from "../../../src/recipe/commit.ts";
import { marksAsLabels, marksIn } from "../../../src/recipe/marks.ts";
import { marksOverlayOf, type OverlayInput, overlayOf } from "../../../src/recipe/overlay.ts";

const commit = Commit.parse("7ae7b0f7".padEnd(40, "c"));
const input: OverlayInput = {
  recipe: "discourse",
  stack: "disc_example_org",
  commit,
  isDirty: false,
  version: "1.2.0+15.3",
  composeVersion: "3.8",
  lent: {},
  marks: { owner: "0a1b2c3d", run: "r1", appDomain: "disc.example.org" },
};
/** As docker reads it: the YAML first, then `$$` is a dollar. */
const asDocker = (yaml: string): unknown =>
  JSON.parse(JSON.stringify(parse(yaml)), (_key, value) =>
    typeof value === "string" ? value.replaceAll("$$", "$") : value,
  );

describe("the overlay", () => {
  it("stamps the app, as abra does, marks it as ours, and does nothing else", () => {
    expect(overlayOf(input)).toMatchInlineSnapshot(`
      "version: "3.8"
      services:
        app:
          environment:
            TYPE: "discourse:7ae7b0f7"
          deploy:
            labels:
              coop-cloud.disc_example_org.recipe: "discourse"
              coop-cloud.disc_example_org.chaos: "true"
              coop-cloud.disc_example_org.chaos-version: "7ae7b0f7"
              coop-cloud.disc_example_org.version: "1.2.0+15.3"
              testme.owner: "0a1b2c3d"
              testme.run: "r1"
              testme.app-domain: "disc.example.org"
      "
    `);
  });

  it("repeats the recipe's own version as text, and has none where the recipe has none", () => {
    expect(parse(overlayOf(input))).toHaveProperty("version", "3.8");
    expect(parse(overlayOf({ ...input, composeVersion: null }))).not.toHaveProperty("version");
  });

  it("says of a dirty tree that it is one", () => {
    const labels = { "coop-cloud.disc_example_org.chaos-version": "7ae7b0f7+U" };
    expect(parse(overlayOf({ ...input, isDirty: true }))).toMatchObject({
      services: { app: { environment: { TYPE: "discourse:7ae7b0f7+U" }, deploy: { labels } } },
    });
  });

  it("puts the stamp where a recipe has no version", () => {
    expect(parse(overlayOf({ ...input, version: null })).services.app.deploy.labels).toHaveProperty(
      "coop-cloud.disc_example_org.version",
      "7ae7b0f7",
    );
  });

  it("lends limits beside the stamp, and to services that it does not stamp", () => {
    const lent = { app: { memoryBytes: 1024, cpus: 0.5, pids: 9 }, db: { pids: 9 } };
    const { services } = parse(overlayOf({ ...input, lent }));
    expect(services.app.deploy.resources.limits).toEqual({ memory: "1024", cpus: "0.5", pids: 9 });
    expect(services.app.deploy.labels).toHaveProperty("testme.owner", "0a1b2c3d");
    expect(services.db).toEqual({ deploy: { resources: { limits: { pids: 9 } } } });
    expect(parse(marksOverlayOf({ ...input, lent })).services.db).toEqual(services.db);
  });

  it("keeps docker from filling in anything: every dollar is doubled", () => {
    const yaml = overlayOf({ ...input, version: "$HOME $$ $1" });
    expect(yaml.replaceAll("$$", "")).not.toContain("$");
    expect(yaml).toContain("$$HOME $$$$ $$1");
  });

  it("says what was meant, whatever the recipe calls its version", () => {
    fc.assert(
      fc.property(
        fc.string({ unit: "grapheme" }),
        fc.string(),
        fc.boolean(),
        (version, composeVersion, isDirty) => {
          const stamp = isDirty ? "7ae7b0f7+U" : "7ae7b0f7";
          expect(asDocker(overlayOf({ ...input, version, composeVersion, isDirty }))).toEqual(
            asDocker(
              JSON.stringify({
                version: composeVersion.replaceAll("$", "$$$$"),
                services: {
                  app: {
                    environment: { TYPE: `discourse:${stamp}` },
                    deploy: {
                      labels: {
                        "coop-cloud.disc_example_org.recipe": "discourse",
                        "coop-cloud.disc_example_org.chaos": "true",
                        "coop-cloud.disc_example_org.chaos-version": stamp,
                        "coop-cloud.disc_example_org.version": version.replaceAll("$", "$$$$"),
                        ...marksAsLabels(input.marks),
                      },
                    },
                  },
                },
              }),
            ),
          );
        },
      ),
    );
  });

  it("no value becomes a number, a boolean or nothing", () => {
    for (const word of [
      "3.10",
      "true",
      "null",
      "~",
      "1e3",
      "0x10",
      "2024-01-01",
      "",
      " ",
      "yes",
      "#",
      ": x",
      "- y",
      "\n",
    ]) {
      const read = parse(overlayOf({ ...input, version: word, composeVersion: word }));
      expect(read.version).toBe(word);
      expect(read.services.app.deploy.labels["coop-cloud.disc_example_org.version"]).toBe(word);
    }
  });
});

describe("the marks of a stack", () => {
  it("are read back as they were written, and none of them may be missing", () => {
    const labels = marksAsLabels(input.marks);
    expect(marksIn({ ...labels, other: "x" })).toEqual(input.marks);
    for (const name of Object.keys(labels)) expect(marksIn({ ...labels, [name]: "" })).toBeNull();
    expect(marksIn({})).toBeNull();
  });
});

it("where abra stamps by itself, only marks the app as ours", () => {
  expect(marksOverlayOf(input)).toMatchInlineSnapshot(`
    "version: "3.8"
    services:
      app:
        deploy:
          labels:
            testme.owner: "0a1b2c3d"
            testme.run: "r1"
            testme.app-domain: "disc.example.org"
    "
  `);
  expect(parse(marksOverlayOf({ ...input, composeVersion: null }))).not.toHaveProperty("version");
});
