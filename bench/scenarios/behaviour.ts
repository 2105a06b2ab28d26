/** How the fixture's app is told to misbehave; test/fixtures/image/app says what each variable does. */
import type { Json, Shape } from "../compose.ts";

export const exits = (afterSeconds: string, code: number): Shape => ({
  environment: { EXIT_AFTER: afterSeconds, EXIT_CODE: String(code) },
});
export const healthcheck = { test: ["CMD", "/app-health"], interval: "1s", timeout: "3s", retries: 1 };
export const memoryLimit = { limits: { memory: "32M" } };
/** Needs twice of what it may have. */
export const hungry: Shape = { environment: { EAT_MIB: "64" }, resources: memoryLimit };
export const runs = (script: string): { more: { command: Json } } => ({
  more: { command: ["sh", "-c", script] },
});
/** Quick restarts, so that a loop turns fast; Swarm's own default is five seconds. */
export const restartsFast = { condition: "any", delay: "1s" };
