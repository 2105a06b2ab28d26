/** The bot's own folder goes away in the middle of a run: a fault of ours, told on the check, and nothing left behind. */
import { rm } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { openWorld, type World } from "../support/world.ts";

test("what was judged stands, what was not asks for action, and the engine is cleared", async () => {
  const world: World = await openWorld({
    script: {
      async beforeDeploy(_, nth) {
        if (nth === 0) await rm(join(world.data, "mirrors"), { recursive: true });
      },
    },
  });
  await world.comment("!testme");
  await world.settled();
  const [install, upgrade] = [world.check("install"), world.check("upgrade")];
  expect(install.conclusion).toBe("success");
  expect(upgrade.conclusion).toBe("action_required");
  expect(world.engine.acts.filter(({ did }) => did === "deploy")).toHaveLength(1);
});
