/** The engine of the swarm tests, and the real edges on it. */
import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type EngineConfig, readEngineConfig } from "../../src/config.ts";
import { TEST_POLICY } from "./policy.ts";

export const engineHost = (): string => {
  const host = process.env.TESTME_ENGINE;
  if (!host) throw new Error("test/support/engine-setup.ts has not brought an engine up");
  return host;
};

/** A run of one test leaves its files here; the machine's own cleaning takes them. */
export const temporaryFolder = (): string => mkdtempSync(join(tmpdir(), "testme-test-"));

export const engineConfig = (data: string, host = engineHost()): EngineConfig =>
  readEngineConfig({
    PATH: process.env.PATH,
    DOCKER_HOST: host,
    TESTME_DATA: data,
    PROBE_IMAGE: "testme/fixture:1",
    RESOLVE_IMAGE: "never",
    PULL_IMAGES: "never",
    MIN_FREE_MEMORY: "32M",
    POLICY: TEST_POLICY,
  });
