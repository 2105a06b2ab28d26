import { defineConfig } from "vitest/config";

/**
 * Limits end what hangs; they are no claim about how fast anything is. Each is many times what its slowest test takes on a machine
 * with nothing else to do, and what waits inside a test gives up before the test does, since that says more.
 */
const MINUTE_MS = 60_000;

export default defineConfig({
  test: {
    // As many as there are cores; vitest itself would leave one idle.
    maxWorkers: "100%",
    reporters: ["default", "./test/support/count-reporter.ts"],
    projects: [
      // Properties try hundreds of stories, and a busy machine takes its time over them.
      { test: { name: "unit", include: ["test/unit/**/*.test.ts"], testTimeout: MINUTE_MS } },
      {
        test: {
          name: "behaviour",
          include: ["test/behaviour/**/*.test.ts"],
          testTimeout: 2 * MINUTE_MS,
          hookTimeout: 2 * MINUTE_MS,
          // Probot and GitHub's description of itself stay loaded from one file to the next.
          isolate: false,
        },
      },
      {
        test: {
          name: "postgres",
          include: ["test/postgres/**/*.test.ts"],
          globalSetup: ["test/support/postgres-setup.ts"],
          testTimeout: 2 * MINUTE_MS,
          hookTimeout: 2 * MINUTE_MS,
        },
      },
      {
        // One engine, one memory budget: its tests take turns.
        test: {
          name: "swarm",
          include: ["test/swarm/**/*.test.ts"],
          globalSetup: ["test/support/engine-setup.ts"],
          fileParallelism: false,
          testTimeout: 8 * MINUTE_MS,
          hookTimeout: 5 * MINUTE_MS,
          expect: { poll: { timeout: MINUTE_MS } },
        },
      },
    ],
  },
});
