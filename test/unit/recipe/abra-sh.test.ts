// biome-ignore-all lint/suspicious/noTemplateCurlyInString: a shell's references, not JavaScript's.
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { parseAbraExports } from "../../../src/recipe/abra-sh.ts";

const read = (text: string) => Object.fromEntries(parseAbraExports(text));

describe("exports", () => {
  it.each([
    ["a plain one", "export PG_BACKUP_VERSION=v6", { PG_BACKUP_VERSION: "v6" }],
    ["quotes of both kinds", `export A="x y" B='$z \`'`, { A: "x y", B: "$z `" }],
    ["quotes glued together", `export A=a"b c"'d'`, { A: "ab cd" }],
    ["a comment behind", "export A=v1 # export B=v2", { A: "v1" }],
    ["a hash inside", "export A=v#1", { A: "v#1" }],
    ["the end of the command", "export A=v1; rm -rf x=y && z=1", { A: "v1" }],
    ["a reference to one above", 'export A=v1\nexport B="${A}-$A"', { A: "v1", B: "v1-v1" }],
    ["the last of a name", "export A=1\nexport A=2", { A: "2" }],
    ["CRLF and BOM", "\uFEFFexport A=1\r\nexport B=2\r\n", { A: "1", B: "2" }],
    ["a continued line", "export A=1 \\\n  B=2", { A: "1", B: "2" }],
    ["escapes", String.raw`export A=a\ b B="\$x\n"`, { A: "a b", B: String.raw`$x\n` }],
    ["no export", "A=1\necho export B=2\n# export C=3\nexport D", {}],
    ["a command", "export A=$(curl evil) B=`id` C=ok", { C: "ok" }],
    ["a command in double quotes", 'export A="x$(id)" B="`id`"', {}],
    ["a default", "export A=${B:-x y}", {}],
    ["a variable of elsewhere", "export A=$HOME_DIR", {}],
    ["arithmetic and ANSI quotes", "export A=$((1+1)) B=$'x'", {}],
    ["a value that became unknown", "export A=1\nexport A=$(date)", {}],
    ["a quote over two lines", 'export A=1\nexport A="x\ny"\nexport B=2', { B: "2" }],
    ["names that steer the host", "export DOCKER_HOST=x LD_PRELOAD=y PATH=z A=1", { A: "1" }],
  ])("%s", (_, text, values) => {
    expect(read(text)).toEqual(values);
  });

  it.each([
    ["a function", "f() {\n  export A=1\nexport B=2\n}\nexport C=3", { C: "3" }],
    ["a function with its brace below", "function f\n{\nexport B=2\n}\nexport C=3", { C: "3" }],
    ["a function on one line", "f() { export A=1; }\nexport C=3", { C: "3" }],
    ["a here-document", "cat <<EOF\nexport A=1\nEOF\nexport C=3", { C: "3" }],
    ["a here-document with its word quoted", "cat <<-'X'\nexport A=1\nX\nexport C=3", { C: "3" }],
    ["a here-string, which is none", 'cat <<<"x"\nexport C=3', { C: "3" }],
  ])("outside %s", (_, text, values) => {
    expect(read(text)).toEqual(values);
  });
});

describe("properties", () => {
  it("any text is read without throwing, and nothing with a command in it becomes a value", () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        expect(read(`export K=a$(${text.replaceAll(/[\r\n]/g, "")}`).K).toBeUndefined();
        read(text);
      }),
    );
  });

  it("single quotes keep any line as it is", () => {
    fc.assert(
      fc.property(fc.stringMatching(/^[^'\r\n\\]{0,40}$/), (value) => {
        expect(read(`export K='${value}'`)).toEqual({ K: value });
      }),
    );
  });

  it("a value that doubles with every line is dropped", () => {
    expect(read(`export A=aaaaaaaaaaaaaaaa\n${"export A=$A$A\n".repeat(60)}`)).toEqual({});
  });
});
