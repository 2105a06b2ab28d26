/** What a sentence may hold of a file, and what GitHub must not make of it. */
import { expect, test } from "vitest";
import { prose } from "../../../src/report/markdown.ts";

test.each([
  [
    "`run_on_pusch` is unknown: did you mean `run_on_push`?",
    "`run_on_pusch` is unknown: did you mean `run_on_push`?",
  ],
  ["see <img src=x> and @maya/team", "see \\<img src=x\\> and @\u200bmaya/team"],
  ["[click](https://x.example) www.x.example", "\\[click\\](https:\u200b//x.example) www\u200b.x.example"],
  ["# a\n## b", "\\# a \\#\\# b"],
  ["`a` b` <b>@c</b>", "`a` b`<b>@c</b>`"],
])("%s", (text, told) => {
  expect(prose(text)).toBe(told);
});
