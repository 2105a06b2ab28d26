// biome-ignore-all lint/suspicious/noTemplateCurlyInString: compose's interpolation, not JavaScript's.
/** Where a recipe's files say what a verdict points at: the very text of each span, and its lines and columns. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type DeclaredService, declaredIn } from "../../../src/recipe/declared.ts";
import type { SourceSpan } from "../../../src/recipe/yaml-source.ts";

type Files = Record<string, string>;

const declared = (files: string | Files, service = "app"): DeclaredService => {
  const sources = new Map(Object.entries(typeof files === "string" ? { "compose.yml": files } : files));
  const [found] = declaredIn(sources, [service], (name) => `stack_${name}`);
  if (found === undefined) throw new Error("one service in, one out");
  return found;
};

/** As an editor would select it: by lines and columns, counted in characters. */
const selected = (text: string, { line, column, endLine, endColumn }: SourceSpan): string => {
  const rows = text.split("\n").slice(line - 1, endLine);
  const last = [...(rows.pop() ?? "")];
  if (endColumn > last.length) throw new Error(`line ${endLine} has no column ${endColumn}`);
  const whole = [...rows, last.slice(0, endColumn).join("")].join("\n");
  return [...whole].slice(column - 1).join("");
};

const textOf = (text: string, span: SourceSpan | null): string | null => span && selected(text, span);

const plain = `version: "3.8"
services:
  app:
    image: "ghcr.io/coop/wiki:1.0" # pinned
    healthcheck:
      test: ["CMD", "/health"]
      interval: 1s # often

    # the old one stays
    deploy:
      update_config:
        failure_action: rollback
        order: start-first
      placement:
        constraints:
          - node.role == manager


  db:
    image: postgres:15
`;

describe("in one file", () => {
  it("each part stands where it stands, without comments and blank lines after it", () => {
    expect(declared(plain)).toEqual({
      service: "stack_app",
      image: { file: "compose.yml", line: 4, column: 12, endLine: 4, endColumn: 34 },
      healthcheck: { file: "compose.yml", line: 5, column: 5, endLine: 7, endColumn: 18 },
      updateConfig: { file: "compose.yml", line: 11, column: 7, endLine: 13, endColumn: 26 },
      placement: { file: "compose.yml", line: 14, column: 7, endLine: 16, endColumn: 32 },
    });
  });

  it("what is nowhere has no place", () => {
    expect(declared(plain, "db")).toMatchObject({ healthcheck: null, updateConfig: null, placement: null });
    expect(declared(plain, "web")).toEqual({
      service: "stack_web",
      image: null,
      healthcheck: null,
      updateConfig: null,
      placement: null,
    });
  });

  it.each([
    ["plain", "image: a:${TAG:-1}\n", "a:${TAG:-1}"],
    ["with an anchor", "image: &i a:1\n", "a:1"],
    ["single quotes", "image: 'a:1'   \n", "'a:1'"],
    ["a tab and a comment behind it", "image: a:1\t# why\n", "a:1"],
    ["on the next line", "image:\n      a:1\n", "a:1"],
    ["folded", "image: >-\n      a:1\n\n", ">-\n      a:1"],
    ["no text after the last line", "image: a:1", "a:1"],
    ["a list, which docker refuses", "image: [a]\n", null],
    ["nothing", "image:\n", null],
  ])("an image: %s", (_, line, expected) => {
    const text = `services:\n  app:\n    ${line}`;
    expect(textOf(text, declared(text).image)).toBe(expected);
  });

  it.each([
    ["in one line", "update_config: { order: stop-first }", "update_config: { order: stop-first }"],
    [
      "over lines",
      "update_config: {\n        order: x,\n      }  # so",
      "update_config: {\n        order: x,\n      }",
    ],
    ["a last key without a value", "update_config:\n        order:", "update_config:\n        order:"],
    ["a quoted key", '"update_config":\n        order: x', '"update_config":\n        order: x'],
    [
      "a block of text last",
      "update_config:\n        order: |\n          x\n\n",
      "update_config:\n        order: |\n          x",
    ],
    ["an alias last", "update_config:\n        order: *o", "update_config:\n        order: *o"],
    ["nothing in it", "update_config:", null],
  ])("a block: %s", (_, block, expected) => {
    const text = `x-order: &o x\nservices:\n  app:\n    deploy:\n      ${block}\n\n  db: {}\n`;
    expect(textOf(text, declared(text).updateConfig)).toBe(expected);
  });

  it("a service whose name has dots, and one that is called like a part of another", () => {
    const text = "services:\n  app.image:\n    image: dotted:1\n  app:\n    image: plain:1\n";
    expect(textOf(text, declared(text, "app.image").image)).toBe("dotted:1");
    expect(textOf(text, declared(text).image)).toBe("plain:1");
  });
});

describe("anchors", () => {
  const text = `x-image: &image wiki:1
x-check: &check
  test: /health
x-policies:
  - &policy
    order: stop-first
x-service: &service
  image: *image
  healthcheck: *check
  deploy: &deploy
    placement: { constraints: [a] }
services:
  app:
    <<: *service
  own:
    <<: [*service]
    image: own:1
    deploy:
      <<: *deploy
      update_config: *policy
`;
  it.each([
    ["app", "image", "wiki:1"],
    ["app", "healthcheck", "x-check: &check\n  test: /health"],
    ["app", "placement", "placement: { constraints: [a] }"],
    ["app", "updateConfig", null],
    ["own", "image", "own:1"],
    ["own", "healthcheck", "x-check: &check\n  test: /health"],
    ["own", "placement", "placement: { constraints: [a] }"],
    ["own", "updateConfig", "order: stop-first"],
  ] as const)("%s: its %s is the text that really holds it", (service, part, expected) => {
    expect(textOf(text, declared(text, service)[part])).toBe(expected);
  });

  it("that contain themselves end", () => {
    expect(declared("services: &a\n  app:\n    <<: *a\n").image).toBeNull();
  });
});

describe("several files", () => {
  const override = "services:\n  app:\n    image: other:2\n    deploy:\n      update_config: { order: x }\n";

  it("the last that has it wins, part by part", () => {
    const found = declared({ "compose.yml": plain, "compose.big.yml": override });
    expect(found.image).toMatchObject({ file: "compose.big.yml", line: 3 });
    expect(found.updateConfig).toMatchObject({ file: "compose.big.yml", line: 5 });
    expect(found.healthcheck).toMatchObject({ file: "compose.yml", line: 5 });
  });

  it("one that says nothing, or nothing of the service, takes nothing away", () => {
    const others = {
      "a.yml": "",
      "b.yml": "services:\n  app:\n    image:\n",
      "c.yml": "services:\n  db: {}\n",
    };
    expect(declared({ "compose.yml": plain, ...others }).image).toMatchObject({ file: "compose.yml" });
  });

  it("one that cannot be followed may be the one that speaks: no place is sure", () => {
    const broken = { "broken.yml": "services:\n  app: {image: a: b\n" };
    expect(declared({ "compose.yml": plain, ...broken }).image).toBeNull();
    expect(declared({ ...broken, "compose.yml": plain }).image).toMatchObject({ file: "compose.yml" });
  });
});

describe("columns count characters", () => {
  it("an emoji is one, a letter with two code points is two, a tab is one", () => {
    const text = 'services: {app: {labels: ["😀", "e\u0301"],\timage: "ü😀:1"}}\n';
    expect(declared(text).image).toMatchObject({ line: 1, column: 46, endColumn: 51 });
    expect(textOf(text, declared(text).image)).toBe('"ü😀:1"');
  });

  it("a CRLF file has the spans of the same file with LF", () => {
    expect(declared(plain.replaceAll("\n", "\r\n"))).toEqual(declared(plain));
  });

  it("whatever stands in the lines around it, a span is the image's own text", () => {
    const letter = fc.constantFrom("a", "ü", "😀", "\t", " ", "#", "日", "e\u0301");
    const comment = fc.array(letter, { maxLength: 8 }).map((letters) => `# ${letters.join("")}`);
    const tag = fc.array(fc.constantFrom("a", "ü", "😀", "日"), { minLength: 1, maxLength: 6 });
    fc.assert(
      fc.property(comment, tag, comment, fc.constantFrom("\n", "\r\n"), (before, letters, after, eol) => {
        const image = `"${letters.join("")}"`;
        const text = [before, "services:", "  app:", `    image: ${image} ${after}`, ""].join(eol);
        expect(textOf(text, declared(text).image)).toBe(image);
      }),
    );
  });
});
