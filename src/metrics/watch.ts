/**
 * Stands before an edge, hands every call on as it is, and notes how it went. Whoever calls sees no difference, and what
 * the edge throws is thrown.
 */
import type { GitHub } from "../github/github.ts";
import { parseExternalId } from "../report/check-run.ts";
import type { Swarm } from "../swarm/swarm.ts";
import type { Metrics } from "./metrics.ts";

export const watchedGitHub = (
  github: GitHub,
  { shown }: Pick<Metrics, "shown">,
  now: () => Date,
): GitHub => ({
  ...github,
  async createCheckRun(repository, checkRun) {
    const runId = parseExternalId(checkRun.externalId)?.runId ?? "";
    try {
      const id = await github.createCheckRun(repository, checkRun);
      shown(runId, now());
      return id;
    } catch (error) {
      if (!github.isPassing(error)) shown(runId, null);
      throw error;
    }
  },
});

export const watchedSwarm = (
  swarm: Swarm,
  { engineAsked }: Pick<Metrics, "engineAsked">,
  onCheck: (isAnswered: boolean) => void,
): Swarm => {
  const timed = async <T>(call: "check" | "read", ask: () => Promise<T>): Promise<T> => {
    const ended = engineAsked(call);
    try {
      const answer = await ask();
      ended("answered");
      return answer;
    } catch (error) {
      ended("failed");
      throw error;
    }
  };
  return {
    ...swarm,
    async check() {
      try {
        const info = await timed("check", () => swarm.check());
        onCheck(true);
        return info;
      } catch (error) {
        onCheck(false);
        throw error;
      }
    },
    read: (stack, stamp) => timed("read", () => swarm.read(stack, stamp)),
  };
};
