/** What the recipe's own probes ask, and what becomes of the answers. */
import { expect, test } from "vitest";
import type { ProbeTarget } from "../../src/swarm/swarm.ts";
import type { ProbeAnswer } from "../../src/verdict/observation.ts";
import { dropsWorker, recipeWith, recipeWithProbes } from "../support/recipes-custom.ts";
import { openWorld } from "../support/world.ts";

const http = (status: number, fallback: string | null = null): ProbeAnswer => ({
  is: "http",
  status,
  fallback,
});
const installing = async (
  probes: Record<string, unknown>[],
  answers: (target: ProbeTarget) => ProbeAnswer | null,
) => {
  const world = await openWorld({
    recipes: { wiki: (folder, name) => recipeWithProbes(folder, name, ...probes) },
    script: { answers },
    stages: ["install"],
  });
  await world.comment("!testme");
  await world.settled();
  return world.check("install");
};

test("its path, codes and port are asked for, and told", async () => {
  const asked: unknown[] = [];
  const check = await installing(
    [
      { http: "/api/health", codes: [204] },
      { tcp: 5432, stable: 3 },
    ],
    ({ port, wants }) => {
      asked.push({ port, wants });
      return wants.is === "http" ? http(204) : { is: "tcp", answers: 3 };
    },
  );
  expect(check.conclusion).toBe("success");
  expect(asked).toEqual([
    { port: 8080, wants: { is: "http", path: "/api/health", codes: [204] } },
    { port: 5432, wants: { is: "tcp", stable: 3 } },
  ]);
  expect(check.output.summary).toContain("`wiki_app` answers HTTP 204 to `/api/health` on port 8080.");
  expect(check.output.summary).toContain("`wiki_app` takes 3 connections in a row on port 5432.");
});

test("a code that the recipe does not name is no answer", async () => {
  const check = await installing([{ http: "/", codes: [204] }], () => http(200));
  expect(check.conclusion).toBe("failure");
  expect(check.output.title).toBe("Not serving: wiki_app on port 8080: HTTP 200");
});

test("a proxy's page is not the app, and is named as the proxy's", async () => {
  const check = await installing([{ http: "/" }], () => http(200, "nginx"));
  expect(check.conclusion).toBe("failure");
  expect(check.output.title).toBe(
    "Not serving: wiki_app on port 8080: HTTP 200, and the page is nginx's own",
  );
  expect(check.output.summary).toContain("is a page of nginx, not of the app");
});

test("a port that does not stay is told with how often it answered", async () => {
  const check = await installing([{ tcp: 5432, stable: 3 }], () => ({ is: "tcp", answers: 1 }));
  expect(check.output.title).toBe("Not serving: wiki_app on port 5432: 1 answer in a row");
  expect(check.output.summary).toContain("it gave 1 answer in a row, and is to give 3");
});

test("an app that begins to answer in time has answered", async () => {
  let nth = 0;
  const world = await openWorld({
    recipes: {
      wiki: (folder, name) =>
        recipeWith(folder, name, { probes: [{ http: "/" }], timeouts: { probe: "90s" } }),
    },
    script: { answers: () => (nth++ < 2 ? http(502) : http(200)) },
    stages: ["install"],
  });
  await world.comment("!testme");
  await world.settled();
  expect(world.check("install").conclusion).toBe("success");
  expect(nth).toBe(3);
});

test("a service that the head no longer has is taken away by the upgrade, and told", async () => {
  const world = await openWorld({ recipes: { wiki: dropsWorker }, stages: ["install", "upgrade"] });
  await world.comment("!testme");
  await world.settled();
  const { conclusion, output } = world.check("upgrade");
  expect(conclusion).toBe("success");
  expect(output.summary).toContain("Removed `wiki_worker`, which this version has no longer.");
  expect(world.check("install").output.summary).not.toContain("Removed");
  expect(world.engine.acts.filter(({ did }) => did === "remove-service")).toHaveLength(1);
});
