/** The engine of the behaviour tests is a fake, and does what a real one does: test/swarm/contract.test.ts is its twin. */
import { readEngineConfig } from "../../src/config.ts";
import { fakeSwarm } from "../support/fake-swarm/fake-swarm.ts";
import { hurry, now } from "../support/fake-swarm/hurry.ts";
import { swarmContract } from "../support/swarm-contract.ts";

swarmContract(() => {
  hurry();
  const { dockerCli, dockerConfig } = readEngineConfig({ PATH: process.env.PATH });
  return { ...fakeSwarm({ now, dockerCli, configDirectory: dockerConfig }), now };
});
