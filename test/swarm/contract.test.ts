/** The real edges on a real engine: what test/behaviour/fake-swarm.test.ts says of the fake one. */
import { dockerStackDeployer } from "../../src/swarm/docker-stack-deployer.ts";
import { dockerodeSwarm } from "../../src/swarm/dockerode-swarm.ts";
import { swarmContract } from "../support/swarm-contract.ts";
import { engineConfig, temporaryFolder } from "../support/swarm-tools.ts";

swarmContract(() => {
  const config = engineConfig(temporaryFolder());
  return {
    swarm: dockerodeSwarm(config.dockerHost, config.probeImage),
    deployer: dockerStackDeployer({
      path: config.dockerCli,
      host: config.dockerHost,
      configDirectory: config.dockerConfig,
      resolveImage: config.resolveImage,
    }),
    now: () => new Date(),
  };
});
