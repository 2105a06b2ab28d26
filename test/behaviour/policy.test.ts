// biome-ignore-all lint/suspicious/noTemplateCurlyInString: compose's interpolation, not JavaScript's.
/** A recipe that asks for more than its own stack: red at the file and line, by the rule's name, and nothing is done to the engine. */
import { expect, test } from "vitest";
import { defaultPolicy } from "../../src/recipe/policy/policy.ts";
import { createRecipe, type Files, type Story } from "../support/recipes.ts";
import { openWorld } from "../support/world.ts";

const app = (version: string, more = ""): Files => ({
  "compose.yml": `version: "3.8"
services:
  app:
    image: testme/fixture:1
    environment: ["SERVE=8080", "VERSION=${version}"]
    deploy: {labels: ["traefik.http.services.x.loadbalancer.server.port=8080"]}
${more}`,
  ".env.sample": "TYPE=small\nTIMEOUT=60\n",
});
const recipe =
  (base: Files, head: Files) =>
  async (folder: string, name: string): Promise<Story> => {
    const made = await createRecipe(folder, name, {
      versions: { "1.0.0+1": base },
      heads: { change: { ...base, ...head } },
    });
    return { path: made.path, base: made.versions["1.0.0+1"], head: made.heads.change };
  };

const socket = "    volumes:\n      - /var/run/docker.sock:/var/run/docker.sock:ro\n";
const refused = (place: string, rule: string, says: string) =>
  expect.stringContaining(`Invalid recipe: ${place}: refused by policy (${rule}): ${says}`);

test("the head, in its files, its variables and its env_file", async () => {
  const world = await openWorld({
    concurrency: 3,
    stages: ["install"],
    recipes: {
      socket: recipe(app("1"), app("2", socket)),
      filled: recipe(app("1"), {
        ...app("2", '    cap_add: ["${CAPABILITY}"]\n    privileged: "${YES}"\n'),
        ".env.sample": "TYPE=small\nCAPABILITY=sys_admin\nYES=yes\n",
      }),
      reads: recipe(app("1"), app("2", "    env_file: /etc/passwd\n")),
    },
  });
  const names = ["socket", "filled", "reads"];
  for (const on of names) await world.comment("!testme", { on });
  await world.settled();
  const said = names.map((on) => world.check("install", on).output);
  expect(said.map(({ title }) => title)).toEqual([
    refused("compose.yml:8", "docker-socket", "service app mounts /var/run/docker.sock of the host"),
    refused("compose.yml:8", "privileged", "service app asks to be privileged"),
    refused("compose.yml:7", "env-files", 'env_file names "/etc/passwd"'),
  ]);
  for (const on of names) expect(world.check("install", on).conclusion).toBe("failure");
  expect(said[0]?.summary).toContain("The way out: leave the socket out");
  expect(said[1]?.summary).toContain(
    "refused by policy (capabilities): service app asks for the capability sys_admin",
  );
  for (const { summary } of said) expect(summary).not.toContain("root:");
  // That nothing stands is made sure of before and after, and is all that is done.
  expect(world.engine.acts.filter(({ did }) => did !== "remove")).toEqual([]);
});

test("the base of an upgrade, and the overlay of testme.yml", async () => {
  const overlay = {
    "testme.yml": "overlay: compose.test.yml\n",
    "compose.test.yml": 'version: "3.8"\nservices:\n  app:\n    pid: host\n',
  };
  const world = await openWorld({
    concurrency: 2,
    recipes: {
      base: recipe(app("1", socket), app("2")),
      overlay: recipe({ ...app("1"), ...overlay }, app("2")),
    },
  });
  for (const on of ["base", "overlay"]) await world.comment("!testme", { on });
  await world.settled();
  expect(world.check("upgrade", "base").output.title).toContain("refused by policy (docker-socket)");
  expect(world.check("install", "overlay").output.title).toEqual(
    refused("compose.test.yml:4", "host-namespaces", "service app asks for pid: host"),
  );
  const deployed = world.engine.acts.filter(({ did }) => did === "deploy");
  // The head of the first, as an install, is all that was harmless.
  expect(deployed).toHaveLength(1);
});

test("only the bot's own setting makes an exception, for the repository that it names", async () => {
  const world = await openWorld({
    concurrency: 2,
    stages: ["install"],
    policy: { ...defaultPolicy, exceptions: { "coop/named": { "docker-socket": ["/var/run/docker.sock"] } } },
    recipes: { named: recipe(app("1"), app("2", socket)), other: recipe(app("1"), app("2", socket)) },
  });
  for (const on of ["named", "other"]) await world.comment("!testme", { on });
  await world.settled();
  expect(world.check("install", "named").conclusion).toBe("success");
  expect(world.check("install", "other").conclusion).toBe("failure");
});
