/** A service that the head no longer has, on a real Swarm. */
import { expect, it } from "vitest";
import { rolloutsIn } from "../../src/verdict/rollout.ts";
import { docker } from "../support/engine.ts";
import { at, deploys, onOneStack } from "../support/one-stack.ts";
import { engineFolder } from "../support/play.ts";
import { dropsWorker } from "../support/recipes-custom.ts";
import { engineHost } from "../support/swarm-tools.ts";

const folder = engineFolder();
const services = async (stack: string): Promise<string[]> =>
  (
    await docker(
      engineHost(),
      "service",
      "ls",
      "--filter",
      `label=com.docker.stack.namespace=${stack}`,
      "--format",
      "{{.Name}}",
    )
  )
    .split("\n")
    .sort();

it("stays after the deploy, is taken away by its step alone, and the app that stays is not touched", async () => {
  const recipe = await dropsWorker(folder, "drops");
  const [base, head] = [at("base", recipe.base), at("head", recipe.head)];
  const seen: string[][] = [];
  const look = async () => void seen.push(await services("drops_test_internal"));
  const [first, second, third] = await onOneStack(folder, recipe, "drops", [
    { steps: deploys(base) },
    {
      steps: deploys(head),
      meddle:
        (deploy) =>
        async (...given) => {
          await look();
          const said = await deploy(...given);
          await look();
          return said;
        },
    },
    {
      steps: [
        { act: "check-out", version: head },
        { act: "remove-orphans", version: head },
        { act: "probe", version: head },
      ],
    },
  ]);
  expect([first, second, third].map((result) => result?.verdict)).toEqual(Array(3).fill({ is: "pass" }));
  const both = ["drops_test_internal_app", "drops_test_internal_worker"];
  expect(seen).toEqual([both, both]);
  expect(rolloutsIn(second?.observations ?? []).map(({ name }) => name)).toEqual(["drops_app"]);
  expect(third?.observations.filter((o) => o.is === "orphan-removed")).toMatchObject([
    { service: "drops_worker" },
  ]);
  expect(third?.observations.findLast((o) => o.is === "probe")).toMatchObject({
    answer: { is: "http", status: 200 },
  });
});
