/**
 * All that watches a bot, as one: edges to put in the place of those given, and the two pages for whoever looks after it. It
 * decides nothing about a run, and a bot without it would work the same.
 */
import type { GitHub } from "../github/github.ts";
import type { Store } from "../store/store.ts";
import type { Swarm } from "../swarm/swarm.ts";
import { createMetrics, type Metrics } from "./metrics.ts";
import { createReadiness } from "./readiness.ts";
import { watchedGitHub, watchedSwarm } from "./watch.ts";

type Page = { status: 200 | 503; body: string; headers: Record<string, string> };
/** By path. */
export type Pages = ReadonlyMap<string, () => Promise<Page>>;
type Edges = {
  /** Made here, since it is told where to say what GitHub still allows. */
  github: (onLimit: Metrics["limited"]) => GitHub;
  swarm: Swarm;
  store: Store;
  now: () => Date;
  /** Why the bot is not ready. */
  hear: (error: unknown) => void;
};
type Watched = { github: GitHub; swarm: Swarm; pages: Pages } & Pick<Metrics, "listener" | "accepted">;

export const watch = ({ github, swarm: given, store, now, hear }: Edges): Watched => {
  const metrics = createMetrics(store, now);
  const readiness = createReadiness(store, now, hear);
  const swarm = watchedSwarm(given, metrics, readiness.onCheck);
  return {
    github: watchedGitHub(github(metrics.limited), metrics, now),
    swarm,
    listener: metrics.listener,
    accepted: metrics.accepted,
    pages: new Map([
      [
        "/metrics",
        () =>
          metrics
            .page()
            .then(({ type, body }): Page => ({ status: 200, body, headers: { "content-type": type } })),
      ],
      ["/readyz", () => readiness.whyNot(swarm).then(readyPage)],
    ]),
  };
};

const readyPage = (whyNot: string | null): Page =>
  whyNot === null
    ? { status: 200, body: "ready\n", headers: {} }
    : { status: 503, body: `${whyNot}\n`, headers: {} };
