/** docs/security.md says of each way in which test shows that it is closed: that test is there. */
import { readFile } from "node:fs/promises";
import { expect, test } from "vitest";

const text = await readFile("docs/security.md", "utf8");
const rows = text.split("\n").filter((line) => /^\| (?!asset|---)/.test(line));

test("there is one test for each row at least", () => {
  expect(rows.length).toBeGreaterThan(20);
  for (const row of rows) expect(row).toMatch(/\| `test\/\S+\.test\.ts` › .+ \|$/);
});

test.each(rows.map((row) => /`(test\/\S+)` › (.+) \|$/.exec(row)?.slice(1) ?? ["none", row]))(
  "%s › %s",
  async (file, title) => {
    expect(await readFile(file ?? "", "utf8")).toContain(title);
  },
);
