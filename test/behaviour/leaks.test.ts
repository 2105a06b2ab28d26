/** What the bot knows and nobody else may: said by whatever breaks, it reaches neither GitHub nor the log nor a file. */
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { openWorld, type World } from "../support/world.ts";

const inBase64 = (text: string) => Buffer.from(text).toString("base64");

test("secrets of the bot, in what an error says", async () => {
  const world: World = await openWorld({
    stages: ["install"],
    script: {
      beforeDeploy: async () => {
        const [key = "", webhook = "", audit = ""] = world.bot.secrets;
        const [token = ""] = world.bot.tokens;
        const said = [`of ${webhook}`, encodeURIComponent(key), inBase64(`x-access-token:${token}`), audit];
        throw new Error(`no route: ${said.join(" | ")}`, { cause: new Error(key) });
      },
    },
  });
  await world.comment("!testme");
  await world.settled();
  const { conclusion, output } = world.check("install");
  expect(conclusion).toBe("action_required");
  expect(output.summary).toContain("no route: of <redacted WEBHOOK_SECRET> | <redacted PRIVATE_KEY>");
  expect(output.summary).toContain("<redacted token>");
  expect(output.summary).toContain("<redacted audit token>");
  expect(await world.leaks()).toEqual([]);
  world.takeErrors();
});

test("the look for them is not blind", async () => {
  const world = await openWorld({ stages: ["install"] });
  await world.comment("!testme");
  await world.settled();
  const [token = ""] = world.bot.tokens;
  const [key = "", webhook = ""] = world.bot.secrets;
  expect(world.engine.secrets.length + world.bot.tokens.length).toBeGreaterThan(0);
  expect(await world.leaks()).toEqual([]);

  world.bot.log.push(JSON.stringify({ msg: `authorization: basic ${inBase64(`x-access-token:${token}`)}` }));
  await writeFile(join(world.data, "runs", "left.txt"), JSON.stringify({ key }));
  const found = await world.leaks();
  expect(found).toContain("log");
  expect(found.filter((name) => name.endsWith("left.txt"))).toHaveLength(1);

  world.bot.log.pop();
  await writeFile(join(world.data, "runs", "left.txt"), `?s=${encodeURIComponent(webhook)}`);
  expect(await world.leaks()).toHaveLength(1);
  await writeFile(join(world.data, "runs", "left.txt"), "");
  world.checkRuns();
});
