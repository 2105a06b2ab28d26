import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { parseCommand } from "../../../src/command/parse-command.ts";
import { cpuMsOf } from "../../support/cpu-time.ts";

describe("a run", () => {
  it.each([
    ["the command alone", "!testme"],
    ["spaces around", "  !testme  "],
    ["a tab behind", "!testme\t"],
    ["blank lines around", "\n\n!testme\n\n"],
    ["CRLF", "Hello\r\n!testme\r\n"],
    ["a BOM", "\uFEFF!testme"],
    ["a quote above", "> please test\n\n!testme"],
    ["a quote directly above", "> please test\n!testme"],
    ["prose above", "This fixes the healthcheck.\n\n!testme"],
    ["prose directly above", "This fixes the healthcheck.\n!testme"],
    ["prose below", "!testme\n\nthanks!"],
    ["twice", "!testme\n!testme"],
    ["a closed fence above", "```yaml\nx: 1\n```\n!testme"],
    ["a closed longer fence above", "````\n```\n!testme foo\n```\n````\n!testme"],
    ["a tilde fence above", "~~~\n```\n~~~\n!testme"],
    ["a fence in a list, closed", "- ```\n  x\n  ```\n\n!testme"],
    ["a wide list's fence, closed", "10.  ```\n     x\n     ```\n\n!testme"],
    ["inline code above", "use `x` and ``y ` z``\n!testme"],
    ["a backtick that opens nothing", "it`s fine\n!testme"],
    ["an escaped backtick", "\\`\n!testme\n`"],
    ["inline code ended by its paragraph", "a ` b\n\n!testme\n\nc ` d"],
    ["three backticks within a line", "``` x ``` y\n!testme"],
    ["a comment above", "<!-- x -->\n!testme"],
    ["a comment over lines above", "<!-- x\n!testme foo\n-->\n!testme"],
    ["a comment behind", "!testme <!-- again -->"],
    ["a comment's start as code", "`<!--` is how it starts\n!testme\n-->"],
    ["a comment that nobody closed, in prose", "x <!-- y\n!testme"],
    ["details around", "<details>\n\n!testme\n\n</details>"],
    ["a pre block above", "<pre>x</pre>\n!testme"],
  ])("%s", (_, body) => {
    expect(parseCommand(body)).toEqual({ is: "run" });
  });
});

describe("nothing", () => {
  it.each([
    ["an empty comment", ""],
    ["another word", "!testmexyz"],
    ["another word yet", "!testme-quick"],
    ["another case", "!TestMe"],
    ["not the first word", "please !testme"],
    ["a list item", "- !testme"],
    ["emphasis", "**!testme**"],
    ["a quote", "> !testme"],
    ["an indented quote", "   > !testme"],
    ["a nested quote", ">> !testme"],
    ["inline code", "`!testme`"],
    ["inline code over lines", "see `a\n!testme\nb` there"],
    ["inline code of two", "see ``a ` b\n!testme\nc`` there"],
    ["indented code", "    !testme"],
    ["code indented by a tab", "\t!testme"],
    ["a fence", "```\n!testme\n```"],
    ["a fence with a language", "```sh\n!testme\n```"],
    ["a fence never closed", "```\n!testme"],
    ["a longer fence", "````\n```\n!testme\n```\n````"],
    ["a fence that a shorter one does not close", "````\n```\n!testme"],
    ["a fence that the other mark does not close", "~~~\n```\n!testme"],
    ["a fence that a language does not close", "```\n```sh\n!testme\n```"],
    ["a fence that an indented mark does not close", "```\n    ```\n!testme\n```"],
    ["a fence in a list", "- ```\n  !testme\n  ```"],
    ["a fence in a nested list", "- 1. ```\n     x\n  !testme\n     ```"],
    ["a comment", "<!--\n!testme\n-->"],
    ["a comment with a blank line", "<!-- a\n\n!testme\n\n-->"],
    ["a comment begun in prose", "x <!-- y\n!testme\n--> z"],
    ["a comment begun in prose, with a blank line", "x <!-- y\n\n!testme\n\n-->"],
    ["a comment block never closed", "<!--\n!testme"],
    ["behind a comment on its line", "<!-- x --> !testme"],
    ["a pre block", "<PRE>\n!testme\n</PRE>"],
  ])("%s", (_, body) => {
    expect(parseCommand(body)).toEqual({ is: "none" });
  });
});

describe("a refusal", () => {
  it("shows what was typed, and what to type instead", () => {
    expect(parseCommand("!testme --quick")).toMatchInlineSnapshot(`
      {
        "is": "refusal",
        "say": "I cannot tell what \`--quick\` should do. Please comment just \`!testme\`, which tests the install and the upgrade, or \`!testme cancel\`, which ends what is queued or at work here.",
      }
    `);
  });

  it.each([
    ["a mention that stays code", "!testme `@everyone`", "what `@everyone` should"],
    ["a long tale", `!testme ${"x".repeat(500)}`, `\`${"x".repeat(60)}…\``],
    ["backticks alone", "!testme ```", "what what follows it should"],
  ])("%s", (_, body, shows) => {
    const refusal = parseCommand(body);
    expect(refusal.is === "refusal" && refusal.say).toContain(shows);
  });
});

describe("properties", () => {
  // Lines that mean something to the parser, and any others.
  const line = fc.oneof(
    fc.constantFrom(
      "!testme",
      "!testme x",
      "```",
      "~~~~",
      "````",
      "- ```",
      "`",
      "<!--",
      "-->",
      "> a",
      "",
      "    x",
    ),
    fc.string(),
  );
  const text = fc.array(line).map((lines) => lines.join("\n"));
  const none = { is: "none" };

  it("no quoted text is a command", () => {
    fc.assert(
      fc.property(text, (inside) => {
        const quoted = inside.split(/\r\n|\n|\r/).map((each) => `> ${each}`);
        expect(parseCommand(quoted.join("\n"))).toEqual(none);
      }),
    );
  });

  it.each(["`", "~"])("no text in a fence of %s is a command, and one behind it is", (mark) => {
    fc.assert(
      fc.property(text, (inside) => {
        const longest = Math.max(2, ...(inside.match(/`+|~+/g) ?? []).map((run) => run.length));
        const fence = mark.repeat(longest + 1);
        expect(parseCommand(`${fence}\n${inside}\n${fence}`)).toEqual(none);
        expect(parseCommand(`${fence}\n${inside}\n${fence}\n!testme`)).toEqual({ is: "run" });
      }),
    );
  });

  it("no indented text and no text in a comment is a command", () => {
    fc.assert(
      fc.property(text, (inside) => {
        const indented = inside.split(/\r\n|\n|\r/).map((each) => `    ${each}`);
        expect(parseCommand(indented.join("\n"))).toEqual(none);
        expect(parseCommand(`<!--\n${inside.replaceAll("--", "")}\n-->`)).toEqual(none);
      }),
    );
  });

  it("no text without the command is one, and no answer of ours is", () => {
    fc.assert(
      fc.property(text, (body) => {
        expect(parseCommand(body.replaceAll("!testme", "testme"))).toEqual(none);
        const read = parseCommand(`!testme ${body}`);
        if (read.is === "refusal") expect(parseCommand(read.say)).toEqual(none);
      }),
    );
  });

  it("is quick on the longest comment that GitHub takes", () => {
    for (const piece of [
      "`",
      "`a`\n",
      "`\n`\n",
      "<!--",
      "<!-- \n",
      "```\n",
      "- ",
      "\\`",
      "!testme <!--",
      "> ",
    ]) {
      const longest = piece.repeat(65_536 / piece.length);
      expect(cpuMsOf(() => parseCommand(longest))).toBeLessThan(2_000);
    }
  });
});

it.each([
  ["!testme cancel", "cancel"],
  ["  !testme   Cancel  ", "cancel"],
  ["please\n\n!testme cancel", "cancel"],
  ["!testme cancel it", "refusal"],
  ["!testme cancelled", "refusal"],
  ["> !testme cancel", "none"],
])("%j is %s", (body, is) => expect(parseCommand(body).is).toBe(is));

it.each([
  [`!testme approve ${"a1".repeat(20)}`, "a1".repeat(20)],
  ["!testme  APPROVE  0123456789AB <!-- looked at it -->", "0123456789ab"],
  ["I have read it.\n\n!testme approve 0123456789abc", "0123456789abc"],
])("%j approves that commit", (body, sha) => expect(parseCommand(body)).toEqual({ is: "approve", sha }));

it.each([
  "!testme approve",
  "!testme approve 0123456789a",
  `!testme approve ${"a".repeat(41)}`,
  "!testme approve main",
  "!testme approve 0123456789ab 0123456789ac",
  "!testme approve 0123456789ab please",
  "!testme approved 0123456789ab",
  "!testme approve0123456789ab",
])("%j approves nothing", (body) => expect(parseCommand(body).is).toBe("refusal"));
