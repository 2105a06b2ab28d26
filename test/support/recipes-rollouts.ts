/**
 * Small recipes whose rollout ends in a hurry, each in its own way: one task of a few kilobytes, no network of its own (an
 * overlay adds two seconds to every stop), short monitors where Swarm's watch is waited for. The versions of one recipe are told as what differs from a
 * task that comes up and stays.
 */
import { stringify } from "yaml";
import { baseVersion, createRecipe, type Files } from "./recipes.ts";

/** `app` as compose has it; what is given takes the place of the plain service's own. */
export type Shape = {
  /** What process 1 does, as shell code; a dollar sign is written twice, as in any compose file. */
  does?: string;
  service?: Record<string, unknown>;
  deploy?: Record<string, unknown>;
  /** Beside `services`. */
  more?: Record<string, unknown>;
  /** Further files of the recipe. */
  files?: Files;
};

export const rollsBack = { failure_action: "rollback", order: "stop-first", monitor: "1s" };
/** For what fails: Swarm's watch ends with the failure, however long it may last, and no busy machine comes too late for it. */
export const watched = { ...rollsBack, monitor: "60s" };
export const STAYS = "exec sleep 3600";
/** With this a base is known to stand as soon as it is up. */
const healthy = { healthcheck: { test: ["CMD", "true"], interval: "500ms", timeout: "2s" } };

const filesOf = ({ does = STAYS, service, deploy, more, files }: Shape): Files => ({
  "compose.yml": stringify({
    version: "3.8",
    services: {
      app: {
        image: "testme/fixture:1",
        entrypoint: ["sh", "-c", does],
        stop_signal: "SIGKILL",
        stop_grace_period: "1s",
        ...service,
        deploy: {
          restart_policy: { condition: "any", delay: "500ms" },
          update_config: rollsBack,
          rollback_config: { monitor: "1s", order: "stop-first" },
          ...deploy,
        },
      },
    },
    networks: { default: { name: "host", external: true } },
    ...more,
  }),
  ".env.sample": "TIMEOUT=300\n",
  ...files,
});

/** A bare repository with a release, and a branch for each further version; heads by their names. */
export const rolloutRecipe = async <H extends string>(
  dir: string,
  name: string,
  base: Shape,
  heads: Record<H, Shape>,
): Promise<{ path: string; base: string; heads: Record<H, string> }> => {
  const files = Object.fromEntries(
    Object.entries<Shape>(heads).map(([branch, shape]) => [branch, filesOf(shape)]),
  );
  const made = await createRecipe(dir, name, {
    versions: { [baseVersion]: filesOf({ ...base, service: { ...healthy, ...base.service } }) },
    heads: files as Record<H, Files>, // fromEntries forgets the keys
  });
  return { path: made.path, base: made.versions[baseVersion], heads: made.heads };
};
