/** What testme.yml means, of what it says: each default filled in that needs no look at the recipe, and plain units. Null: not said. */
import type { RecipeConfigYaml } from "./schema.ts";
import { STAGE_NAMES, type StageName } from "./stage-names.ts";
import { durationMs, memoryBytes } from "./values.ts";

/** `service` and `port`, where null, are those that the recipe gives to the proxy. */
export type Probe = {
  service: string | null;
  port: number | null;
  /** `codes` null: any that a working app gives. `stable`: that many answers in a row. */
  wants: { is: "http"; path: string; codes: readonly number[] | null } | { is: "tcp"; stable: number };
};
/** `write` and `read` are for `sh -c`. */
type Marker = { name: string; service: string; write: string; read: string; expect: string };
export type OwnTest = {
  name: string;
  /** Null: the one that the recipe gives to the proxy, or `app`. */
  service: string | null;
  /** Null: that of the service. */
  image: string | null;
  command: readonly string[];
  timeoutMs: number;
  /** Values may refer to dependencies. */
  env: Values;
};
export type Dependency = {
  repository: string;
  /** Null: its newest release. */
  version: string | null;
  env: Values;
  secrets: Values;
};
type Values = Readonly<Record<string, string>>;
export type RecipeConfig = {
  runOnPush: boolean;
  /** In the order in which a run takes them. */
  stages: readonly StageName[];
  skip: ReadonlyMap<StageName, string>;
  /** None: `/`, where the recipe gives a port to the proxy. */
  probes: readonly Probe[];
  timeouts: { rolloutMs: number | null; probeMs: number | null; testMs: number; stageMs: number | null };
  /** Values may refer to dependencies. */
  env: Values;
  /** By the name that abra knows them by; values may refer to dependencies. */
  secrets: Values;
  overlay: string | null;
  markers: readonly Marker[];
  tests: readonly OwnTest[];
  memoryBytes: number | null;
  dependencies: Readonly<Record<string, Dependency>>;
  upgrade: { from: string | null };
};

const USUAL_TEST = "5m";

export const configOf = (yaml: RecipeConfigYaml): RecipeConfig => {
  const { timeouts } = yaml;
  const testMs = durationMs(timeouts.test ?? USUAL_TEST);
  return {
    runOnPush: yaml.run_on_push,
    stages: STAGE_NAMES.filter((name) => yaml.stages.includes(name)),
    skip: skipOf(yaml.skip),
    probes: yaml.probes.map(probeOf),
    timeouts: {
      rolloutMs: orNull(timeouts.rollout, durationMs),
      probeMs: orNull(timeouts.probe, durationMs),
      testMs,
      stageMs: orNull(timeouts.stage, durationMs),
    },
    env: yaml.env,
    secrets: yaml.secrets,
    overlay: yaml.overlay ?? null,
    markers: yaml.markers,
    tests: yaml.tests.map(({ timeout, service = null, image = null, ...test }) => ({
      ...test,
      service,
      image,
      timeoutMs: timeout === undefined ? testMs : durationMs(timeout),
    })),
    memoryBytes: orNull(yaml.memory, memoryBytes),
    dependencies: Object.fromEntries(
      Object.entries(yaml.dependencies).map(([name, { version = null, ...dependency }]) => [
        name,
        { ...dependency, version },
      ]),
    ),
    upgrade: { from: yaml.upgrade.from ?? null },
  };
};

const skipOf = (skip: RecipeConfigYaml["skip"]): Map<StageName, string> =>
  new Map(
    STAGE_NAMES.flatMap((name) => {
      const reason = skip[name]?.trim();
      return reason === undefined ? [] : [[name, reason] as const];
    }),
  );

/** The schema has seen to it that there is one of both. */
const probeOf = ({ http, tcp, service, port, codes, stable }: RecipeConfigYaml["probes"][number]): Probe =>
  tcp === undefined
    ? {
        service: service ?? null,
        port: port ?? null,
        wants: { is: "http", path: http ?? "/", codes: codes ?? null },
      }
    : { service: service ?? null, port: tcp, wants: { is: "tcp", stable: stable ?? 1 } };

const orNull = <T>(text: string | undefined, read: (text: string) => T): T | null =>
  text === undefined ? null : read(text);
