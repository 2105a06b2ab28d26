/** The two pages of a bot whose store is closed: one cannot be made, the other says so. */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { octokitGitHub } from "../../../src/github/octokit-github.ts";
import { watch } from "../../../src/metrics/watched-bot.ts";
import { sqliteStore } from "../../../src/store/sqlite-store.ts";
import { fakeSwarm } from "../../support/fake-swarm/fake-swarm.ts";

test("a store that was closed: no metrics, and not ready", async () => {
  const folder = await mkdtemp(join(tmpdir(), "testme-watched-"));
  onTestFinished(() => rm(folder, { recursive: true }));
  const now = () => new Date(0);
  const store = await sqliteStore(folder, now);
  const { swarm } = fakeSwarm({ now, dockerCli: "docker", configDirectory: folder });
  const github = () => octokitGitHub(() => Promise.reject(new Error("nobody was to be asked")));
  const heard: unknown[] = [];
  const { pages } = watch({ github, swarm, store, now, hear: (error) => heard.push(error) });
  expect(await pages.get("/metrics")?.()).toMatchObject({ status: 200 });
  expect(await pages.get("/readyz")?.()).toMatchObject({ status: 200, body: "ready\n" });
  await store.close();
  await expect(pages.get("/metrics")?.()).rejects.toThrow("database is not open");
  expect(await pages.get("/readyz")?.()).toMatchObject({ status: 503, body: "The store is not open.\n" });
  expect(heard).toEqual([expect.objectContaining({ message: "database is not open" })]);
});
