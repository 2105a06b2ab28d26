/** An image that the registry does not have or does not give is told before anything is deployed, in the registry's own words. */
import type { Finding } from "./finding.ts";
import type { Observation } from "./observation.ts";

export const pullFindings = (seen: readonly Observation[]): readonly Finding[] => {
  const images = seen.flatMap((o) =>
    o.is === "pulled" && o.error !== null ? [{ image: o.image, error: o.error }] : [],
  );
  return images.length === 0 ? [] : [{ is: "pull-failed", images }];
};
