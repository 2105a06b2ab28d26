// biome-ignore-all lint/suspicious/noTemplateCurlyInString: a shell's references, not JavaScript's.
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { parseEnvFile } from "../../../src/recipe/env-file.ts";

const read = (text: string, key = "K") => parseEnvFile(text).values.get(key);

describe("a value", () => {
  it.each([
    ["bare", "K=v", "v"],
    ["empty", "K=", ""],
    ["empty with a comment", "K= # length=3", ""],
    ["with spaces inside", "MOUNTS=\nK=/ /var/lib/docker", "/ /var/lib/docker"],
    ["with a hash inside", "K=a#b", "a#b"],
    ["before a comment", "K=v1 # a comment", "v1"],
    ["with an equals sign", "K=a=b", "a=b"],
    ["in double quotes", 'K="a # b"', "a # b"],
    ["in double quotes with escapes", String.raw`K="a\nb\"c\\d\$e\w"`, 'a\nb"c\\d$e\\w'],
    ["in single quotes", "K='*/5 * * * *'", "*/5 * * * *"],
    ["in single quotes with backticks", "K=', `www.example.com`' # more", ", `www.example.com`"],
    ["after export", "export K=v", "v"],
    ["with a reference", "A=1\nK=$A-${A}", "1-1"],
    ["with a reference in double quotes", 'A=1\nK="$A:${A}"', "1:1"],
    ["with a reference in single quotes", "A=1\nK='$A'", "$A"],
    ["with a reference to nothing", "K=a${NOPE}b$NOPE", "ab"],
    ["with a dollar that is none", String.raw`K=$5 \$A ${"$"}{A:-b}`, "$5 $A ${A:-b}"],
    ["with a bare backslash", String.raw`K=\w+\.`, String.raw`\w+\.`],
    ["over CRLF and a BOM", "\uFEFFK=v\r\nB=2\r\n", "v"],
    ["given twice", "K=a\nK=b", "b"],
    ["commented out later", "K=a\n#K=b\n# K=c", "a"],
  ])("%s", (_, text, value) => {
    expect(parseEnvFile(text).complaints).toEqual([]);
    expect(read(text)).toBe(value);
  });

  it("refers to itself as it stood above, and stands on its last line", () => {
    const env = parseEnvFile('COMPOSE_FILE="compose.yml"\n\nCOMPOSE_FILE="$COMPOSE_FILE:compose.x.yml"\n');
    expect(env.values.get("COMPOSE_FILE")).toBe("compose.yml:compose.x.yml");
    expect(env.lines.get("COMPOSE_FILE")).toBe(3);
  });

  it("that is given wins, in references too", () => {
    const given = new Map([["DOMAIN", "d.test"]]);
    const env = parseEnvFile("DOMAIN=x.example.com\nURL=https://$DOMAIN", ".env.sample", given);
    expect(Object.fromEntries(env.values)).toEqual({ DOMAIN: "d.test", URL: "https://d.test" });
  });
});

describe("an annotation", () => {
  it.each([
    ["length", "SECRET_K_VERSION=v1 # length=128", { length: 128, charset: null, generate: true }],
    [
      "all",
      'SECRET_K_VERSION="v1" # length=32 charset=hex generate=false',
      { length: 32, charset: "hex", generate: false },
    ],
    [
      "among words",
      "SECRET_K_VERSION=v1 # ask Bob, generate=false",
      { length: null, charset: null, generate: false },
    ],
    ["none", "SECRET_K_VERSION=v1 # wavelength=3", undefined],
    ["none of what is no secret", "K=v1 # length=0 charset=utf8mb4", undefined],
    ["of a line that lost", "SECRET_K_VERSION=v1 # length=3\nSECRET_K_VERSION=v2", undefined],
  ])("%s", (_, text, annotation) => {
    expect([...parseEnvFile(text).annotations.values()][0]).toEqual(annotation);
    expect(parseEnvFile(text).complaints).toEqual([]);
  });
});

describe("a complaint", () => {
  it.each([
    ["no assignment", "A=1\nHELLO", 2, "not `KEY=value`, and not a comment either"],
    ["a bad name", "A-B=1", 1, "the name before `=` may hold letters, digits and `_` only"],
    ["an open quote", 'K="a', 1, "K: the quote is not closed on its line"],
    ["text behind a quote", 'K="a"b', 1, "K: text follows the closing quote"],
    ["a NUL byte", "K=a\0b", 1, "K: the value holds a NUL byte"],
    [
      "a huge length",
      "SECRET_K_VERSION=v # length=99999999",
      1,
      "SECRET_K_VERSION: `length=` takes a whole number from 1 to 4096",
    ],
    ["the client's host", "DOCKER_HOST=tcp://x", 1, /^DOCKER_HOST would steer the test host/],
    ["the loader", "export LD_PRELOAD=./x.so", 1, /^LD_PRELOAD would steer/],
    ["the search path", "\n\nPATH=.", 3, /^PATH would steer/],
  ])("%s", (_, text, line, reason) => {
    const env = parseEnvFile(text, "sub/.env");
    expect(env.complaints).toEqual([
      { file: "sub/.env", line, reason: typeof reason === "string" ? reason : expect.stringMatching(reason) },
    ]);
    expect([...env.values.keys()].filter((key) => key !== "A")).toEqual([]);
  });

  it("stops a value that doubles with every line", () => {
    const bomb = `A=aaaaaaaaaaaaaaaa\n${"A=$A$A\n".repeat(60)}`;
    expect(parseEnvFile(bomb).complaints[0]?.reason).toBe("A: the value is longer than 65536 characters");
  });
});

describe("properties", () => {
  const name = fc.stringMatching(/^[A-Z][A-Z0-9_]{0,9}$/).map((key) => `X_${key}`);

  it("any text is read without throwing, and no steering name is ever a value", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary" }), (text) => {
        const env = parseEnvFile(`${text}\nDOCKER_CONTEXT=${text}`);
        expect(env.values.has("DOCKER_CONTEXT")).toBe(false);
      }),
    );
  });

  it("single quotes keep any line as it is", () => {
    fc.assert(
      fc.property(name, fc.stringMatching(/^[^'\r\n\0]{0,40}$/), (key, value) => {
        expect(read(`${key}='${value}'`, key)).toBe(value);
      }),
    );
  });

  it("of several lines the last wins", () => {
    fc.assert(
      fc.property(fc.array(fc.stringMatching(/^[a-z0-9./:-]{0,9}$/), { minLength: 1 }), (values) => {
        const env = parseEnvFile(values.map((value) => `K=${value}`).join("\n"));
        expect(env.values.get("K")).toBe(values.at(-1));
        expect(env.lines.get("K")).toBe(values.length);
      }),
    );
  });

  it("names like __proto__ are names like any other", () => {
    expect(read("__proto__=x", "__proto__")).toBe("x");
    expect(read("K=$__proto__$constructor")).toBe("");
  });
});
