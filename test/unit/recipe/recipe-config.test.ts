// biome-ignore-all lint/suspicious/noTemplateCurlyInString: testme.yml's references, not JavaScript's.
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { defaultConfig, parseRecipeConfig } from "../../../src/recipe/recipe-config.ts";

const configOf = (text: string) => {
  const read = parseRecipeConfig(text);
  if (read.is === "invalid") throw new Error(JSON.stringify(read.complaints));
  return read.config;
};
/** As `line: reason`. */
const saidOf = (text: string): string[] => {
  const read = parseRecipeConfig(text);
  return read.is === "config" ? [] : read.complaints.map(({ line, reason }) => `${line}: ${reason}`);
};

describe("a testme.yml", () => {
  it.each(["", "# nothing yet\n", "{}", "---\n"])("that says nothing (%j) asks for what is usual", (text) => {
    expect(configOf(text)).toEqual(defaultConfig);
  });

  it("is read into plain units", () => {
    const text = `
stages: [lint, install]
skip: { backup: " stateless " }
probes:
  - http: /health
  - tcp: 64738
    service: voice
    stable: 3
timeouts: { rollout: 15m, probe: 90s, test: 2m, stage: 1h }
memory: 1.5G
tests:
  - { name: a, command: [sh] }
  - { name: b, command: [sh], timeout: 60s, service: db, image: "alpine:3" }
dependencies:
  sso: { repository: https://git.example.org/a/keycloak.git }
upgrade: { from: main }
`;
    const config = configOf(text);
    expect(config).toMatchObject({
      runOnPush: false,
      stages: ["install", "lint"],
      probes: [
        { service: null, port: null, wants: { is: "http", path: "/health", codes: null } },
        { service: "voice", port: 64738, wants: { is: "tcp", stable: 3 } },
      ],
      timeouts: { rolloutMs: 900_000, probeMs: 90_000, testMs: 120_000, stageMs: 3_600_000 },
      memoryBytes: 1.5 * 1024 ** 3,
      tests: [
        { name: "a", service: null, image: null, timeoutMs: 120_000, env: {} },
        { name: "b", service: "db", image: "alpine:3", timeoutMs: 60_000 },
      ],
      dependencies: { sso: { version: null, env: {}, secrets: {} } },
      upgrade: { from: "main" },
    });
    expect(config.skip).toEqual(new Map([["backup", "stateless"]]));
  });

  it("keeps a text as it stands there, though YAML takes it for a number", () => {
    const text = `
env: { A: 1.10, B: true, C: 0x10, D: 007, E: "" }
secrets: { s: 1e3 }
markers: [{ name: m, service: db, write: w, read: r, expect: 42.0 }]
tests: [{ name: t, command: [sleep, 1.0], env: { A: 1_0, B: .5 } }]
dependencies: { sso: { repository: a/b, version: 1.20, env: { A: 1.10 }, secrets: { s: false } } }
upgrade: { from: 1.10 }
`;
    expect(configOf(text)).toMatchObject({
      env: { A: "1.10", B: "true", C: "0x10", D: "007", E: "" },
      secrets: { s: "1e3" },
      markers: [{ expect: "42.0" }],
      tests: [{ command: ["sleep", "1.0"], env: { A: "1_0", B: ".5" } }],
      dependencies: { sso: { version: "1.20", env: { A: "1.10" }, secrets: { s: "false" } } },
      upgrade: { from: "1.10" },
    });
  });

  it("may repeat itself by anchors", () => {
    const text = "env: &e { A: b }\ntests:\n- { name: t, command: [sh], env: { <<: *e, C: d } }\n";
    expect(configOf(text).tests[0]?.env).toEqual({ A: "b", C: "d" });
  });

  it("is the same, whatever value of text a variable has", () => {
    fc.assert(
      fc.property(
        fc.string().filter((text) => !/[$\0]/.test(text)),
        (value) => {
          expect(configOf(`env: { A: ${JSON.stringify(value)} }`).env).toEqual({ A: value });
        },
      ),
    );
  });
});

describe("what is wrong in a testme.yml", () => {
  it("is told all at once, in the order of the lines", () => {
    const text = `run_on_pusch: true
stages: [instal]
probes:
  - http: health
    tcp: 0
    stable: 30
timeouts: { rollout: 15, prob: 2m }
env:
  PATH: x
  DOMAIN: y
  A: "\${sso.domian}"
tests:
  - name: a
    command: sh
  - name: a
    comand: [sh]
upgrade: { from: --exec }
`;
    expect(saidOf(text)).toMatchInlineSnapshot(`
      [
        "1: \`run_on_pusch\` is unknown here: did you mean \`run_on_push\`?",
        "2: \`stages[0]\` is \`instal\`, which is none of them: did you mean \`install\`?",
        "4: \`probes[0].http\` must be a path that begins with \`/\`",
        "4: \`probes[0]\` must ask for one thing: either \`http\` with a path, or \`tcp\` with a port",
        "5: \`probes[0].tcp\` must be a port, 1 to 65535",
        "6: \`probes[0].stable\` must be at most 20",
        "7: \`timeouts.rollout\` must be a duration such as \`90s\`, \`15m\` or \`1h\`, of at most 24h",
        "7: \`timeouts.prob\` is unknown here: did you mean \`probe\`?",
        "9: \`env.PATH\` would steer the test host, so it may not be set",
        "10: \`env.DOMAIN\` is given by the run itself, so it may not be set",
        "11: \`env.A\` \`\${sso.domian}\` is no output of a dependency: there are \`\${name.domain}\`, \`\${name.stack}\`, \`\${name.secret.<name>}\` and \`\${name.env.<KEY>}\`; for the text itself write \`$\${sso.domian}\`",
        "14: \`tests[0].command\` must be a list such as \`[sh, /tests/home.sh]\`",
        "15: \`tests[1].command\` is missing",
        "15: \`tests[1].name\` is the name of another one above",
        "16: \`tests[1].comand\` is unknown here: did you mean \`command\`?",
        "17: \`upgrade.from\` must be a tag, a branch or a full commit",
      ]
    `);
  });

  it.each([
    ["run_on_push: yes", "1: `run_on_push` must be `true` or `false`"],
    ["probe: []", "1: `probe` is unknown here: did you mean `probes`?"],
    ["RUN_ON_PUSH: true", "1: `RUN_ON_PUSH` is unknown here: did you mean `run_on_push`?"],
    ["upgrade: { version: x }", "1: `upgrade.version` is unknown here (there is from)"],
    ["\ntests:\n- { name: a }", "3: `tests[0].command` is missing"],
    ["skip: { backup: ' ' }", "1: `skip.backup` is empty"],
    ["skip: { backup: }", "1: `skip.backup` is empty"],
    ["env:\n  A:", "2: `env.A` is empty"],
    ["env: { a-b: c }", "1: `env.a-b` may hold letters, digits and `_` only, and no digit comes first"],
    ["env: { LD_PRELOAD: c }", "1: `env.LD_PRELOAD` would steer the test host, so it may not be set"],
    ["env: { STACK_NAME: c }", "1: `env.STACK_NAME` is given by the run itself, so it may not be set"],
    ["secrets: { a: '' }", "1: `secrets.a` is empty, and docker keeps no empty secret"],
    ["probes: [{ tcp: 80, port: 80 }]", "1: `probes[0].port` is not needed: `tcp` names the port already"],
    ["probes: [{ http: /, stable: 2 }]", "1: `probes[0].stable` goes with `tcp` only"],
    ["probes: [{ tcp: 80, stable: 0 }]", "1: `probes[0].stable` must be at least 1"],
    ["probes: [{ tcp: 80, codes: [200] }]", "1: `probes[0].codes` goes with `http` only"],
    [
      "timeouts: { test: 25h }",
      "1: `timeouts.test` must be a duration such as `90s`, `15m` or `1h`, of at most 24h",
    ],
    [
      "timeouts: { test: 0s }",
      "1: `timeouts.test` must be a duration such as `90s`, `15m` or `1h`, of at most 24h",
    ],
    ["memory: 0M", "1: `memory` must be an amount of memory such as `512M` or `2G`"],
    ["overlay: ../x.yml", /^1: `overlay` must be the name of a compose file/],
    ["overlay: compose.yml", /^1: `overlay` must be the name of a compose file/],
    ["dependencies: { Sso: { repository: a/b } }", /^1: `dependencies\.Sso` may hold `a` to `z`/],
    ["dependencies: { a: { repository: /etc } }", /^1: `dependencies\.a\.repository` must be `owner\/name`/],
    ["dependencies: { a: { repository: 'https://u:p@h/a' } }", /^1: `dependencies\.a\.repository` must be/],
    ["dependencies: { a: { repository: ../a } }", /^1: `dependencies\.a\.repository` must be/],
    ["dependencies: { a: { repository: a/-b } }", /^1: `dependencies\.a\.repository` must be/],
    ["dependencies: { a: { repository: 'ext::sh' } }", /^1: `dependencies\.a\.repository` must be/],
    [
      "dependencies: { a: { repository: a/b, version: 'a..b' } }",
      /^1: `dependencies\.a\.version` must be a tag/,
    ],
    ["upgrade: { from: -x }", "1: `upgrade.from` must be a tag, a branch or a full commit"],
    [
      "env: { A: '${a.domain}' }",
      "1: `env.A` `${a.domain}`: there is no dependency of that name (there are none)",
    ],
    [
      "dependencies: { a: { repository: a/b, env: { A: '${a.domain}' } } }",
      /^1: `dependencies\.a\.env\.A` .*cannot refer to dependencies/,
    ],
    ["markers:\n- { name: a, service: b, write: c, read: d, expect: '' }", "2: `markers[0].expect` is empty"],
    ["- a", "1: must be a mapping"],
    ["a: [", /^1: is not valid YAML/],
    ["env: { A: b }\nenv: { A: c }", "2: is not valid YAML: `Map keys must be unique`"],
    ["env: {}\n---\nenv: {}", "2: begins a second document, which nobody reads"],
    ["env: !x {}", "1: is not valid YAML: `Unresolved tag: !x`"],
    ["env: *x", "1: `*x` refers to an anchor that does not exist above it"],
    ['"a`@b\\nc": x', /^1: `a\?@b\?c` is unknown here/],
    ["stages: ['`@b`']", /^1: `stages\[0\]` is `\?@b\?`, which is none of them/],
    ["env: !@b {}", "1: is not valid YAML: `Unresolved tag: !@b`"],
    ["env: { __proto__: x }", "1: `__proto__` is no name"],
    ["[".repeat(20_000), "null: is nested too deep to be read"],
    [`# ${"é".repeat(40_000)}`, "null: is larger than 64 KiB"],
  ])("is told with its place (%#)", (text, said) => {
    expect(saidOf(text)).toEqual([typeof said === "string" ? said : expect.stringMatching(said)]);
  });

  it("is told beside a key that is there twice", () => {
    expect(saidOf("memory: 1G\nmemory: 1G\nprobe: []")).toHaveLength(2);
  });

  it("is not told without end", () => {
    const text = Array.from({ length: 50 }, (_, at) => `${"k".repeat(60)}${at}: 1`).join("\n");
    const said = saidOf(text);
    expect(said).toHaveLength(21);
    expect(said.at(-1)).toBe("null: and 30 more");
    expect(Math.max(...said.map(({ length }) => length))).toBeLessThan(250);
  });

  it("costs little, though aliases unfold to a lot", () => {
    const bomb = `env: { A: &a [x,x,x,x,x,x,x,x,x] }
secrets: { B: &b [*a,*a,*a,*a,*a,*a,*a], C: &c [*b,*b,*b,*b,*b,*b,*b], D: [*c,*c,*c,*c,*c,*c,*c] }
`;
    expect(saidOf(bomb)).toEqual([expect.stringContaining("aliases of aliases")]);
    const many = `env: &a {}\nstages: [${"*a,".repeat(20_000)}]`;
    expect(saidOf(many)).toEqual(["2: has more than 50 aliases"]);
    expect(saidOf("env: &a { <<: *a }")).toEqual([expect.stringContaining("to themselves")]);
  });

  it("never throws", () => {
    const piece = fc.constantFrom(
      "env",
      "tests",
      ":",
      " ",
      "\n",
      "- ",
      "{",
      "}",
      "[",
      "]",
      "&a",
      "*a",
      "<<",
      "'",
      "1",
      "${",
      "|",
      "?",
    );
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string(),
          fc.array(piece).map((pieces) => pieces.join("")),
        ),
        (text) => {
          expect(["config", "invalid"]).toContain(parseRecipeConfig(text).is);
        },
      ),
      { numRuns: 2_000 },
    );
  });
  it("is found in data of any shape", () => {
    const keys = fc.constantFrom(
      "env",
      "tests",
      "probes",
      "markers",
      "dependencies",
      "skip",
      "stages",
      "http",
      "name",
      "secrets",
    );
    const { tree } = fc.letrec((tie) => ({
      tree: fc.oneof(
        { maxDepth: 4 },
        fc.constantFrom(null, 1, "x", "${", true),
        fc.array(tie("tree"), { maxLength: 3 }),
        fc.dictionary(keys, tie("tree"), { maxKeys: 4 }),
      ),
    }));
    fc.assert(
      fc.property(tree, (data) => {
        expect(["config", "invalid"]).toContain(parseRecipeConfig(JSON.stringify(data)).is);
      }),
      { numRuns: 500 },
    );
  });
});
