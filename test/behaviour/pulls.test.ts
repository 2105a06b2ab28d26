/** Images that the engine does not have: fetched before anything is deployed, and told as what they are. */
import { expect, test } from "vitest";
import { Fault } from "../../src/verdict/fault.ts";
import { imageNowhere } from "../support/recipes-custom.ts";
import { openWorld } from "../support/world.ts";

const IMAGE = "testme/fixture:2";
const wiki = (folder: string, name: string) => imageNowhere(folder, name, IMAGE);
const hasImage = (image: string) => image !== IMAGE;

test("one that comes is deployed", async () => {
  const pulled: string[] = [];
  const world = await openWorld({
    recipes: { wiki },
    stages: ["install"],
    script: {
      hasImage: (image) => image !== IMAGE || pulled.includes(image),
      pulls(image) {
        pulled.push(image);
        return { is: "pulled" };
      },
    },
  });
  await world.comment("!testme");
  await world.settled();
  expect(world.check("install").conclusion).toBe("success");
  expect(pulled).toEqual([IMAGE]);
});

test("one that the registry does not have is a finding, and nothing was deployed", async () => {
  const world = await openWorld({
    recipes: { wiki },
    stages: ["install"],
    script: { hasImage, pulls: () => ({ is: "refused", said: "manifest unknown" }) },
  });
  await world.comment("!testme");
  await world.settled();
  const { conclusion, output } = world.check("install");
  expect(conclusion).toBe("failure");
  expect(output.title).toBe(`Image not to be had: ${IMAGE}: manifest unknown`);
  expect(output.summary).toContain("nothing was deployed at this version");
  expect(world.engine.acts.filter(({ did }) => did === "deploy")).toEqual([]);
});

test("a registry that wants us to wait is nobody's finding", async () => {
  const limited = new Fault("engine", "The registry does not give it now: toomanyrequests", "Wait a while.");
  const world = await openWorld({
    recipes: { wiki },
    stages: ["install"],
    script: { hasImage, pulls: () => Promise.reject(limited) },
  });
  await world.comment("!testme");
  await world.settled();
  const { conclusion, output } = world.check("install");
  expect(conclusion).toBe("action_required");
  expect(output.title).toContain("toomanyrequests");
  expect(output.summary).toContain("Wait a while.");
});

test("where nothing is pulled, the rollout tells", async () => {
  const world = await openWorld({ recipes: { wiki }, stages: ["install"], script: { hasImage } });
  await world.comment("!testme");
  await world.settled();
  expect(world.check("install").conclusion).toBe("success");
  expect(world.engine.acts.map(({ did }) => did)).toContain("pull");
});
