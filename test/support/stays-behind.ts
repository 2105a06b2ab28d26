/** A deployer that stamps the base's commit when it upgrades to the head, as a checkout that silently stayed behind would. */
import { Commit } from "../../src/recipe/commit.ts";
import type { Deployer } from "../../src/swarm/deployer.ts";

export const staysBehind = (real: Deployer, base: string, head: string): Deployer => {
  let last = "";
  return {
    ...real,
    deploy(lease, app, deployment) {
      const isStale = last === base && deployment.commit === head;
      last = deployment.commit;
      return real.deploy(lease, app, isStale ? { ...deployment, commit: Commit.parse(base) } : deployment);
    },
  };
};
