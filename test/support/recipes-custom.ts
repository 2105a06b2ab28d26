/**
 * Recipes that bring something of their own along: tests, probes, a service that the head no longer has, an image that is nowhere.
 * The base has the same testme.yml as the head, because that is where it is read from.
 */
import { stringify } from "yaml";
import { type Story, story } from "./recipes.ts";

type Config = Record<string, unknown>;

/** A healthy recipe with a testme.yml, and further files such as `tests/home.sh`. */
export const recipeWith = (
  dir: string,
  name: string,
  config: Config,
  files: Record<string, string> = {},
): Promise<Story> => {
  const all = { "testme.yml": stringify(config), ...files };
  return story(dir, name, { files: all }, { app: { image: "testme/fixture:2" } });
};

/** What the fixture image can do without any file: it has busybox. */
const sh = (command: string): string[] => ["/bin/sh", "-c", command];

export const shellTest = (name: string, command: string, more: Config = {}): Config => ({
  name,
  command: sh(command),
  ...more,
});

export const recipeWithTests = (dir: string, name: string, ...tests: Config[]): Promise<Story> =>
  recipeWith(dir, name, { tests });

export const recipeWithProbes = (dir: string, name: string, ...probes: Config[]): Promise<Story> =>
  recipeWith(dir, name, { probes, timeouts: { probe: "4s" } });

/** The base has a worker beside the app, and the head has not. */
export const dropsWorker = (dir: string, name = "drops-worker"): Promise<Story> =>
  story(dir, name, { worker: {} }, { worker: undefined, app: { image: "testme/fixture:2" } });

/** The head names an image of a registry that answers, and does not have it. */
export const imageNowhere = (dir: string, name: string, image: string): Promise<Story> =>
  story(dir, name, {}, { app: { image } });
