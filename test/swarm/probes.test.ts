/** What probes really see of an app on a real Swarm, each from within its own network. */
import { expect, it } from "vitest";
import { testme } from "../support/cli.ts";
import { engineFolder } from "../support/play.ts";
import type { Story } from "../support/recipes.ts";
import { recipeWith, recipeWithProbes } from "../support/recipes-custom.ts";
import { engineHost } from "../support/swarm-tools.ts";

const folder = engineFolder();
const install = async (recipe: Story) => {
  const { json } = await testme(["run", recipe.path, "--head", "change", "--stages", "install", "--json"], {
    DOCKER_HOST: engineHost(),
    TESTME_DATA: `${folder}/data`,
    RESOLVE_IMAGE: "never",
    PULL_IMAGES: "never",
  }).finished;
  return json;
};
const red = (title: RegExp) => ({
  verdict: "fail",
  stages: [{ finding: "not-serving", title: expect.stringMatching(title) }],
});

it("a path, its code, and three connections in a row", async () => {
  const recipe = await recipeWithProbes(
    folder,
    "good",
    { http: "/any", codes: [200] },
    { tcp: 8080, stable: 3 },
  );
  expect(await install(recipe)).toMatchObject({ verdict: "pass" });
});

it("a port on which nothing listens", async () => {
  const recipe = await recipeWithProbes(folder, "silent", { tcp: 8081, stable: 2 });
  expect(await install(recipe)).toMatchObject(
    red(/^Not serving: silent_app on port 8081: 0 answers in a row$/),
  );
});

it("another code than the recipe names", async () => {
  const recipe = await recipeWithProbes(folder, "code", { http: "/", codes: [204] });
  expect(await install(recipe)).toMatchObject(red(/^Not serving: code_app on port 8080: HTTP 200$/));
});

it("the page of a server that has nothing of the app's to show", async () => {
  const page = "<!DOCTYPE html><title>Welcome to nginx!</title>";
  const serve = `printf 'HTTP/1.1 200 OK\\r\\nContent-Type: text/html\\r\\n\\r\\n${page}'`;
  // Instead of the fixture's own answer, from a script of the recipe's.
  const recipe = await recipeWith(
    folder,
    "nginx",
    { probes: [{ http: "/", port: 8090 }], timeouts: { probe: "6s" } },
    {
      "compose.yml": composeServing(serve),
    },
  );
  expect(await install(recipe)).toMatchObject(
    red(/^Not serving: nginx_app on port 8090: HTTP 200, and the page is nginx's own$/),
  );
});

it("an app that takes the connection and keeps it open is there by TCP", async () => {
  const recipe = await recipeWith(
    folder,
    "keeps",
    { probes: [{ tcp: 8090, stable: 2 }], timeouts: { probe: "20s" } },
    {
      "compose.yml": composeServing("sleep 60"),
    },
  );
  expect(await install(recipe)).toMatchObject({ verdict: "pass" });
});

/** The app runs that shell command for each connection to port 8090. */
function composeServing(command: string): string {
  const quoted = JSON.stringify([
    "/bin/sh",
    "-c",
    `printf '%s\\n' '#!/bin/sh' "$$0" > /run/answer; chmod +x /run/answer; exec nc -ll -p 8090 -e /run/answer`,
    command,
  ]);
  return `version: "3.8"
services:
  app:
    image: testme/fixture:1
    entrypoint: ${quoted}
    deploy:
      endpoint_mode: dnsrr
      labels:
        - "traefik.http.services.x.loadbalancer.server.port=8090"
    networks: [proxy]
networks:
  proxy:
    external: true
`;
}
