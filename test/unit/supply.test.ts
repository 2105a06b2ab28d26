// What the bot is made of and how it is put up: each dependency with its reason, each image and each container as confined as it can be.
import { readFileSync } from "node:fs";
import { expect, it } from "vitest";
import { parse } from "yaml";
import * as z from "zod";

const read = (file: string) => readFileSync(file, "utf8");
const Named = z.record(z.string(), z.unknown());
const manifest = z
  .looseObject({
    dependencies: Named,
    devDependencies: Named,
    allowScripts: z.record(z.string(), z.boolean()),
  })
  .parse(JSON.parse(read("package.json")));
const { packages } = z
  .looseObject({
    packages: z.record(
      z.string(),
      z.looseObject({
        resolved: z.string().optional(),
        integrity: z.string().optional(),
        hasInstallScript: z.boolean().optional(),
      }),
    ),
  })
  .parse(JSON.parse(read("package-lock.json")));
const locked = Object.entries(packages).filter(([path]) => path !== "");

it("each dependency of the bot has its reason and its door, and nothing else has", () => {
  const rows = [
    ...read("docs/decisions/0004-dependencies.md").matchAll(/^\| ([^|]+) \| ([^|]+) \| ([^|]+) \|$/gm),
  ]
    .map(([, name = "", reason = "", door = ""]) => ({ name: name.trim(), reason, door }))
    .filter(({ name }) => name !== "package" && !name.startsWith("node:") && !name.startsWith("-"));
  expect(rows.map(({ name }) => name).toSorted()).toEqual(Object.keys(manifest.dependencies).toSorted());
  for (const { reason, door } of rows) {
    expect(reason.trim().length).toBeGreaterThanOrEqual(4);
    expect(door).toMatch(/`[a-z-/.]+`/);
  }
});

it("each package is a registry's, and known by its hash", () => {
  expect(locked.length).toBeGreaterThan(100);
  for (const [path, { resolved, integrity }] of locked) {
    // Of a registry's package the lockfile keeps no address, so that whoever installs chooses the registry; of any other it does.
    expect(resolved, path).toBeUndefined();
    expect(integrity, path).toMatch(/^sha512-/);
  }
});

it("whatever wants to run at its installation is named, and may or may not", () => {
  const wanting = locked.flatMap(([path, { hasInstallScript }]) =>
    hasInstallScript ? [path.replace(/^.*node_modules\//, "")] : [],
  );
  expect(Object.keys(manifest.allowScripts)).toEqual(expect.arrayContaining(wanting));
  expect(Object.keys(manifest.allowScripts).filter((name) => manifest.allowScripts[name])).toEqual(["node"]);
});

it("the image runs as somebody who is not root, from images of a version", () => {
  const lines = read("Dockerfile").split("\n");
  expect(lines.filter((line) => line.startsWith("USER"))).toEqual(["USER node"]);
  expect(lines.findIndex((line) => line.startsWith("USER"))).toBeLessThan(
    lines.findIndex((line) => line.startsWith("CMD")),
  );
  const images = lines.flatMap((line) => /^FROM (\S+)/.exec(line)?.[1] ?? []);
  for (const image of images) expect(image).toMatch(/:\d/);
  expect(lines.find((line) => line.includes("npm ci"))).toContain("--omit=dev");
});

const Service = z.looseObject({
  image: z.string(),
  user: z.string(),
  read_only: z.literal(true),
  cap_drop: z.tuple([z.literal("ALL")]),
  security_opt: z.tuple([z.literal("no-new-privileges:true")]),
  mem_limit: z.string(),
  pids_limit: z.number(),
  environment: z.record(z.string(), z.string()),
  volumes: z.array(z.string()),
  network_mode: z.string().optional(),
  ports: z.array(z.string()).default([]),
});
const { services } = z
  .looseObject({ services: z.strictObject({ bot: Service, "engine-proxy": Service }) })
  .parse(parse(read("deploy/compose.yml"), { merge: true }));

it("as it is deployed, the bot has no engine but what the proxy lets through, and no secret in its environment", () => {
  const { bot, "engine-proxy": proxy } = services;
  expect(bot.user).not.toMatch(/^(?:0|root)/);
  expect(bot.volumes.filter((volume) => volume.includes("docker.sock"))).toEqual([]);
  expect(bot.environment.DOCKER_HOST).toBe(`unix://${proxy.environment.ENGINE_PROXY_SOCKET}`);
  expect(Object.keys(bot.environment)).not.toContain("PRIVATE_KEY");
  expect(Object.keys(bot.environment)).not.toContain("WEBHOOK_SECRET");
  expect(bot.ports).toEqual(["127.0.0.1:3000:3000"]);
  expect(proxy.network_mode).toBe("none");
  expect(proxy.ports).toEqual([]);
  expect(proxy.image).toMatch(/:\d/);
  expect(proxy.volumes.filter((volume) => !volume.endsWith(":ro"))).toEqual(["engine:/run/engine"]);
});
