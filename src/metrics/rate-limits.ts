/**
 * How much GitHub still lets us ask, by resource. Every installation has a quota of its own; what is shown is the one that is
 * nearest to its end, since that is where it will hurt. A quota whose time is over is whole again, also where nobody asked since.
 */
import { Gauge, type Registry } from "prom-client";
import type { RateLimit } from "../github/rate-limit.ts";

export const showRateLimits = (registry: Registry, now: () => Date): ((limit: RateLimit) => void) => {
  const newest = new Map<string, RateLimit>();
  const scarcest = (): Map<string, RateLimit> => {
    const found = new Map<string, RateLimit>();
    for (const said of newest.values()) {
      const limit = asOf(said, now().getTime());
      const other = found.get(limit.resource);
      if (!other || limit.remaining < other.remaining) found.set(limit.resource, limit);
    }
    return found;
  };
  for (const what of ["remaining", "limit"] as const)
    new Gauge({
      name: `testme_github_rate_limit_${what}`,
      help:
        what === "limit"
          ? "Requests that GitHub allows within its time, of the installation that has the fewest left"
          : "Requests that GitHub still allows, of the installation that has the fewest left",
      labelNames: ["resource"],
      registers: [registry],
      collect() {
        for (const [resource, limit] of scarcest()) this.set({ resource }, limit[what]);
      },
    });
  return (limit) => void newest.set(`${limit.account} ${limit.resource}`, limit);
};

const asOf = (limit: RateLimit, nowMs: number): RateLimit =>
  limit.resetsAtMs !== null && limit.resetsAtMs <= nowMs ? { ...limit, remaining: limit.limit } : limit;
