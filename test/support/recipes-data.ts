/**
 * Recipes that keep data. `app` counts its boots in the volume `data`; `db` keeps rows in a file, and its hooks dump and load
 * them, as a database's do.
 */
import { stringify } from "yaml";
import { type Story, story } from "./recipes.ts";

type Config = Record<string, unknown>;
type Labels = Record<string, string>;

/** A healthy recipe whose app has these labels. */
const recipeWithLabels = (dir: string, name: string, labels: Labels, config: Config = {}): Promise<Story> => {
  const shape = {
    files: { "testme.yml": stringify(config) },
    app: { labels: Object.entries(labels).map(([key, value]) => `${key}=${value}`) },
  };
  return story(dir, name, shape, { ...shape, app: { ...shape.app, image: "testme/fixture:2" } });
};

const BACKED_UP = { "backupbot.backup": "true" };
const ROWS = "/data/rows";
const DUMP = "/data/dump/rows.sql";

/** All of its volume. */
export const backedUp = (dir: string, name = "backed-up", config: Config = {}): Promise<Story> =>
  recipeWithLabels(dir, name, BACKED_UP, config);

const rowMarker = {
  name: "a row",
  service: "app",
  write: `echo 42 > ${ROWS}`,
  read: `cat ${ROWS}`,
  expect: "42",
};
const dumps = {
  ...BACKED_UP,
  "backupbot.backup.volumes.data.path": "dump",
  "backupbot.backup.pre-hook": `mkdir -p /data/dump && cp ${ROWS} ${DUMP}`,
  "backupbot.backup.post-hook": "rm -r /data/dump",
};

/** Only a dump of its volume is kept, and a hook loads it. */
export const dumpedAndLoaded = (dir: string, name = "dumped"): Promise<Story> =>
  recipeWithLabels(
    dir,
    name,
    { ...dumps, "backupbot.restore.post-hook": `cp ${DUMP} ${ROWS}` },
    { markers: [rowMarker] },
  );

/** The dump comes back, and nothing loads it. */
export const dumpedAndForgotten = (dir: string, name = "forgotten"): Promise<Story> =>
  recipeWithLabels(dir, name, dumps, { markers: [rowMarker] });

/** The hook ends well, and what it wrote is a compressed nothing. */
export const emptyDump = (dir: string, name = "empty-dump"): Promise<Story> =>
  recipeWithLabels(dir, name, {
    ...dumps,
    "backupbot.backup.pre-hook": `mkdir -p /data/dump && gzip </dev/null >${DUMP}.gz`,
  });

export const failingHook = (dir: string, phase: "backup.pre-hook" | "restore.post-hook"): Promise<Story> =>
  recipeWithLabels(dir, `bad-${phase.replace(".", "-")}`, {
    ...BACKED_UP,
    [`backupbot.${phase}`]: "echo 'no such database'; exit 3",
  });

export const noLabels = (dir: string, name = "no-labels"): Promise<Story> => recipeWithLabels(dir, name, {});

/** Its marker reads the same whether the data is there or not. */
export const markerThatOutlives = (dir: string, name = "outlives"): Promise<Story> =>
  recipeWithLabels(dir, name, BACKED_UP, { markers: [{ ...rowMarker, read: "echo 42" }] });

/** Its marker cannot be written. */
export const markerUnwritable = (dir: string, name = "unwritable"): Promise<Story> =>
  recipeWithLabels(dir, name, BACKED_UP, { markers: [{ ...rowMarker, write: "echo 'no table'; exit 2" }] });
