/**
 * Last of all: the label says the right commit, but is that what runs? An overlay may pin an old image under a new stamp. Each
 * service has to run the image that the recipe gives it at the commit under test. An old task that was told to end may take its time.
 */
import { isSameImage } from "../../recipe/image.ts";
import { isLeaving, liveTasks } from "./converged.ts";
import type { Rule } from "./ruling.ts";

export const image: Rule = (rollout) => {
  const wanted = rollout.expectation.images[rollout.service];
  if (wanted === undefined) return { is: "settled" };
  const images = new Set([
    ...(rollout.now ? [rollout.now.service.spec.image] : []),
    ...liveTasks(rollout)
      .filter((task) => !isLeaving(task))
      .map((task) => task.image),
  ]);
  const running = [...images].filter((other) => !isSameImage(wanted, other));
  return running.length === 0
    ? { is: "settled" }
    : { is: "finding", finding: { is: "wrong-image", rollout, wanted, running } };
};
