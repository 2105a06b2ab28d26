import { type Options, openWorld, type World } from "./world.ts";

/** A world one of whose deploys (the first, unless another is named) waits to be let go; `begun` resolves when it waits. */
export const heldWorld = async (options: Options = {}, held = 0) => {
  const [begun, letGo] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
  const world: World = await openWorld({
    ...options,
    script: {
      async beforeDeploy(_, nth) {
        if (nth !== held) return;
        begun.resolve();
        await letGo.promise;
      },
    },
  });
  return { world, begun: begun.promise, letGo: letGo.resolve };
};
