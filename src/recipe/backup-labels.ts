/**
 * What a recipe's `backupbot.*` labels take out of it, and what runs before and after. One service that asks for backups asks for
 * the whole app: all its named volumes are taken, but for those that a label leaves out, and those that only a service uses which
 * says no for itself. Volumes that others share (external ones) are not the app's, and are never touched.
 */
import type { StackConfig } from "./stack-config.ts";

type BackupPlan = {
  /** Services whose label asks for backups; none: the recipe has no backups. */
  services: readonly string[];
  /** The app's own volumes that a service uses, by the engine's name. */
  volumes: readonly PlannedVolume[];
  /** What is taken, in the recipe's order. */
  taken: readonly Taken[];
  hooks: readonly Hook[];
};
/** `mounts`: where it can be reached; those that may write come first. */
type PlannedVolume = { name: string; mounts: readonly { service: string; target: string }[] };
/**
 * One piece of the backup: a path in the containers of `service`. `isNamed`: a label names this very path, in the volume or (with
 * `volume` null) in the container itself; otherwise it is all of a volume.
 */
export type Taken = { service: string; volume: string | null; path: string; isNamed: boolean };
export type HookPhase = "backup pre-hook" | "backup post-hook" | "restore pre-hook" | "restore post-hook";
type Hook = { service: string; phase: HookPhase; command: string };

type Service = StackConfig["services"][number];

const ASKS = "backupbot.backup";
const VOLUME_LABEL = /^backupbot\.backup\.volumes\.(.+?)(\.path)?$/;
const HOOKS: readonly [label: string, HookPhase][] = [
  ["backupbot.backup.pre-hook", "backup pre-hook"],
  ["backupbot.backup.post-hook", "backup post-hook"],
  ["backupbot.restore.pre-hook", "restore pre-hook"],
  ["backupbot.restore.post-hook", "restore post-hook"],
];

export const backupPlanOf = (config: Pick<StackConfig, "services" | "made">, stack: string): BackupPlan => {
  const volumes = volumesOf(config, stack);
  const asking = config.services.filter(({ labels }) => isYes(labels[ASKS]));
  const willing = config.services.filter(({ labels }) => !isNo(labels[ASKS]));
  const names = new Set(willing.map(({ name }) => name));
  return {
    services: asking.map(({ name }) => name),
    volumes: volumes.map(({ name, mounts }) => ({ name, mounts })),
    taken:
      asking.length === 0
        ? []
        : [
            ...volumes.flatMap((volume) => takenOf(volume, names, wordOn(volume, willing))),
            ...willing.flatMap(legacyPathsOf),
          ],
    hooks: asking.length === 0 ? [] : willing.flatMap(hooksOf),
  };
};

type Volume = PlannedVolume & { aliases: ReadonlySet<string> };

const volumesOf = ({ services, made }: Pick<StackConfig, "services" | "made">, stack: string): Volume[] =>
  made.flatMap(({ kind, key, name: own }) => {
    if (kind !== "volume") return [];
    const mounts = services.flatMap(({ name: service, mounts: all }) =>
      all.flatMap((m) =>
        m.volume === key ? [{ service, target: tidy(m.target), isReadOnly: m.isReadOnly }] : [],
      ),
    );
    if (mounts.length === 0) return [];
    const name = own ?? `${stack}_${key}`;
    const writersFirst = mounts.toSorted((a, b) => Number(a.isReadOnly) - Number(b.isReadOnly));
    return [
      {
        name,
        mounts: writersFirst.map(({ service, target }) => ({ service, target })),
        // A label may say any of them.
        aliases: new Set([key, name, name.startsWith(`${stack}_`) ? name.slice(stack.length + 1) : name]),
      },
    ];
  });

/** What labels say of a volume: nothing, that it is left out, or which of its paths are taken. */
type Word = { isLeftOut: boolean; paths: readonly string[] };

const wordOn = ({ aliases }: Volume, services: readonly Service[]): Word => {
  let [isLeftOut, paths]: [boolean, string[]] = [false, []];
  for (const { labels } of services)
    for (const [label, value] of Object.entries(labels)) {
      const [, volume = "", path] = VOLUME_LABEL.exec(label) ?? [];
      if (!aliases.has(volume)) continue;
      if (path) paths = [...paths, ...listIn(value)];
      else isLeftOut ||= isNo(value);
    }
  return { isLeftOut, paths: [...new Set(paths)] };
};

const takenOf = ({ name, mounts }: Volume, willing: ReadonlySet<string>, word: Word): Taken[] => {
  const mount = mounts.find(({ service }) => willing.has(service));
  if (!mount || word.isLeftOut) return [];
  const { service, target } = mount;
  if (word.paths.length === 0) return [{ service, volume: name, path: target, isNamed: false }];
  return word.paths.flatMap((path) => {
    const inside = tidy(path);
    return isPlain(inside)
      ? [{ service, volume: name, path: tidy(`${target}/${inside}`), isNamed: true }]
      : [];
  });
};

/** As the first backup bot had it: paths of the container, whatever lies there. */
const legacyPathsOf = ({ name: service, labels }: Service): Taken[] =>
  listIn(labels["backupbot.backup.path"] ?? "")
    .map(tidy)
    .filter((path) => path !== "/" && isPlain(path))
    .map((path) => ({ service, volume: null, path, isNamed: true }));

const hooksOf = ({ name: service, labels }: Service): Hook[] =>
  HOOKS.flatMap(([label, phase]) => {
    const command = labels[label]?.trim();
    return command ? [{ service, phase, command }] : [];
  });

const listIn = (value: string): string[] =>
  value
    .split(",")
    .map((one) => one.trim())
    .filter((one) => one !== "");

/** Absolute, single slashes, none at its end, and no segment that stays where it is. */
const tidy = (path: string): string =>
  `/${path
    .split("/")
    .filter((part) => part !== "" && part !== ".")
    .join("/")}`;
/** It leads nowhere else than down. */
const isPlain = (path: string): boolean => !path.split("/").includes("..");

const isYes = (value: string | undefined): boolean => /^(true|1|yes|y|on)$/i.test(value?.trim() ?? "");
const isNo = (value: string | undefined): boolean => /^(false|0|no|n|off)$/i.test(value?.trim() ?? "");
