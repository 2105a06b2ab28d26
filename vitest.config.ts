import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    reporters: ["default", "./test/support/count-reporter.ts"],
    projects: [
      { test: { name: "unit", include: ["test/unit/**/*.test.ts"] } },
      { test: { name: "behaviour", include: ["test/behaviour/**/*.test.ts"], testTimeout: 30_000 } },
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
