/** The real edges on a real engine: what test/behaviour/fake-swarm.test.ts says of the fake one. */
import { realTools } from "../../src/world.ts";
import { swarmContract } from "../support/swarm-contract.ts";
import { engineConfig, temporaryFolder } from "../support/swarm-tools.ts";

swarmContract(() => realTools(engineConfig(temporaryFolder()), "a test"));
