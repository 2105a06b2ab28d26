/**
 * Fetches what images the engine does not have, before anything is deployed: so that a registry's trouble is told as one, and the time
 * that it takes is not the rollout's. Of other nodes the engine cannot tell; they fetch for themselves.
 */
import { redactor } from "../../swarm/redaction.ts";
import { recipeOf, type StepTools, type Work } from "../work.ts";
import type { Executor } from "./executor.ts";
import { haveImage } from "./have-image.ts";

export const pull =
  ({ swarm, now }: StepTools, work: Work): Executor<"pull"> =>
  async (lease) => {
    const { app, config } = recipeOf(work);
    const redact = redactor(app.values, work.standing.secrets);
    const images = [...new Set(config.services.map(({ image }) => image))];
    for (const [index, image] of images.entries()) {
      work.signal.throwIfAborted();
      work.doing(`fetching image ${index + 1} of ${images.length}: ${image}`);
      const answer = await haveImage(swarm, lease, app.stack, image, work.signal);
      if (answer.is === "there" || answer.is === "left") continue;
      const error = answer.is === "refused" ? redact(answer.said) : null;
      work.note({ is: "pulled", at: now().toISOString(), image, error });
    }
  };
