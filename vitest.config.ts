import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    // As many as there are cores; vitest itself would leave one idle.
    maxWorkers: "100%",
    reporters: ["default", "./test/support/count-reporter.ts"],
    projects: [
      // Properties try hundreds of stories, and a busy machine takes its time over them.
      { test: { name: "unit", include: ["test/unit/**/*.test.ts"], testTimeout: 20_000 } },
      {
        test: {
          name: "behaviour",
          include: ["test/behaviour/**/*.test.ts"],
          testTimeout: 30_000,
          // Probot and GitHub's description of itself stay loaded from one file to the next.
          isolate: false,
        },
      },
      {
        test: {
          name: "postgres",
          include: ["test/postgres/**/*.test.ts"],
          globalSetup: ["test/support/postgres-setup.ts"],
          testTimeout: 30_000,
        },
      },
      {
        // One engine, one memory budget: its tests take turns.
        test: {
          name: "swarm",
          include: ["test/swarm/**/*.test.ts"],
          globalSetup: ["test/support/engine-setup.ts"],
          fileParallelism: false,
          testTimeout: 180_000,
          hookTimeout: 180_000,
        },
      },
    ],
  },
});
