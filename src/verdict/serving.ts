/**
 * Converged is not serving: what an app has to answer on `/` to count as up. A login page (401, 403) is an app at work;
 * 404 is not, since a proxy's fallback says just that.
 */
import type { Finding } from "./finding.ts";
import type { Observation, ProbeAnswer } from "./observation.ts";

export const isServing = (answer: ProbeAnswer): boolean =>
  answer.is === "http" &&
  ((answer.status >= 200 && answer.status < 400) || answer.status === 401 || answer.status === 403);

/** Judges the last probe, if there was one. */
export const servingFinding = (observations: readonly Observation[]): Finding | null => {
  const last = observations.findLast((o) => o.is === "probe");
  if (!last || isServing(last.answer)) return null;
  return { is: "not-serving", service: last.service, port: last.port, answer: last.answer };
};
