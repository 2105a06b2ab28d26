/** The engine of the swarm tests: up before the first of them, and down again afterwards if it was not up before. */
import { startEngine, stopEngine } from "./engine.ts";

export const setup = async (): Promise<void> => {
  const { host } = await startEngine();
  process.env.TESTME_ENGINE = host;
};
export const teardown = stopEngine;
