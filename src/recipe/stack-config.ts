/**
 * What `docker stack config` printed: the recipe as Swarm would get it, every file merged and every variable filled in.
 * Only the fields that a run needs are read; the rest is docker's to judge.
 */
import { parse } from "yaml";
import * as z from "zod";

// Read with YAML's failsafe schema, where every scalar is the text that stands there: a stamp such as 12345e67 is no number,
// and `internal: null` is a word where a mapping could be, that is: nothing.
const orNothing = <T extends z.ZodType>(schema: T) =>
  z.union([schema, z.string().transform(() => undefined)]);
const Thing = z.object({
  name: z.string().optional(),
  external: z.string().optional(),
  file: z.string().optional(),
});
const Named = z.record(z.string(), orNothing(Thing));
type Named = z.infer<typeof Named>;
const Used = z.array(z.object({ source: z.string().optional(), type: z.string().optional() })).default([]);
const Mounts = z
  .array(
    z.object({
      source: z.string().optional(),
      type: z.string().optional(),
      target: z.string().default(""),
      read_only: z.string().optional(),
    }),
  )
  .default([]);
const ServiceYaml = z.object({
  image: z.string().default(""),
  deploy: orNothing(z.object({ labels: z.record(z.string(), z.string()).optional() })).optional(),
  networks: z.record(z.string(), z.unknown()).default({}),
  volumes: Mounts,
  secrets: Used,
  configs: Used,
});
const StackYaml = z.object({
  services: z.record(z.string(), ServiceYaml).default({}),
  networks: Named.default({}),
  volumes: Named.default({}),
  secrets: Named.default({}),
  configs: Named.default({}),
});
type StackYaml = z.infer<typeof StackYaml>;

export type Kind = "network" | "volume" | "secret" | "config";
/** Known to the files by its key, and to the engine by its name. */
export type Declared = { key: string; name: string };
/** A named volume, by its key, at a path of the service's containers. */
type Mount = { volume: string; target: string; isReadOnly: boolean };
/** Made by docker at the deploy. Without a name of its own it is called after the stack and the key. */
type Made = { kind: Kind; key: string; name: string | null };
/** Its content becomes a config or a secret. */
type DeclaredFile = Made & { kind: "secret" | "config"; file: string };
export type StackConfig = {
  services: readonly {
    name: string;
    image: string;
    labels: Readonly<Record<string, string>>;
    mounts: readonly Mount[];
  }[];
  externalNetworks: readonly string[];
  externalSecrets: readonly Declared[];
  externalConfigs: readonly Declared[];
  /** What the services use, and what the files declare, as `kind name`. */
  references: readonly { service: string; kind: Kind; name: string }[];
  declared: ReadonlySet<string>;
  made: readonly Made[];
  /** Docker prints their paths in full. */
  files: readonly DeclaredFile[];
};

/** Throws a ZodError if docker printed something that is no stack. */
export const parseStackConfig = (yaml: string): StackConfig => {
  const raw = StackYaml.parse(parse(yaml, { schema: "failsafe" }));
  return {
    services: Object.entries(raw.services).map(([name, service]) => ({
      name,
      image: service.image,
      labels: service.deploy?.labels ?? {},
      mounts: mountsOf(service.volumes),
    })),
    externalNetworks: externalOf(raw.networks)
      .map(({ name }) => name)
      .filter((name) => !BUILT_IN_NETWORKS.has(name)),
    externalSecrets: externalOf(raw.secrets),
    externalConfigs: externalOf(raw.configs),
    references: Object.entries(raw.services).flatMap(([service, uses]) =>
      namesUsed(uses).map((used) => ({ service, ...used })),
    ),
    // Every stack has the network `default`, declared or not.
    declared: new Set([
      "network default",
      ...kindsOf(raw).flatMap(([kind, things]) => Object.keys(things).map((name) => `${kind} ${name}`)),
    ]),
    made: kindsOf(raw).flatMap(([kind, things]) =>
      Object.entries(things).flatMap(([key, thing]) =>
        thing?.external === "true" ? [] : [{ kind, key, name: thing?.name ?? null }],
      ),
    ),
    files: [...filesOf("secret", raw.secrets), ...filesOf("config", raw.configs)],
  };
};

const mountsOf = (volumes: z.infer<typeof Mounts>): Mount[] =>
  volumes.flatMap(({ type, source, target, read_only }) =>
    type === "volume" && source ? [{ volume: source, target, isReadOnly: read_only === "true" }] : [],
  );

/** Every engine has them, and none lists them among its swarm's networks. */
const BUILT_IN_NETWORKS = new Set(["host", "bridge", "none", "default"]);

const kindsOf = (raw: StackYaml): [Kind, Named][] => [
  ["network", raw.networks],
  ["volume", raw.volumes],
  ["secret", raw.secrets],
  ["config", raw.configs],
];

const namesUsed = ({ networks, volumes, secrets, configs }: z.infer<typeof ServiceYaml>) => {
  const named = (kind: Kind, used: z.infer<typeof Used>) =>
    used.flatMap(({ source }) => (source ? [{ kind, name: source }] : []));
  return [
    ...Object.keys(networks).map((name) => ({ kind: "network" as const, name })),
    ...named(
      "volume",
      volumes.filter((volume) => volume.type === "volume"),
    ),
    ...named("secret", secrets),
    ...named("config", configs),
  ];
};

const externalOf = (things: Named): Declared[] =>
  Object.entries(things).flatMap(([key, thing]) =>
    thing?.external === "true" ? [{ key, name: thing.name ?? key }] : [],
  );

const filesOf = (kind: DeclaredFile["kind"], things: Named): DeclaredFile[] =>
  Object.entries(things).flatMap(([key, thing]) =>
    thing?.file ? [{ kind, key, name: thing.name ?? null, file: thing.file }] : [],
  );

/** The value of one of abra's labels on `app`, e.g. `timeout` or `version`. */
export const abraLabel = (config: Pick<StackConfig, "services">, stack: string, key: string): string | null =>
  config.services.find((s) => s.name === "app")?.labels[`coop-cloud.${stack}.${key}`] || null;

/** The service and port that the recipe gives to the proxy. Null: it serves no HTTP. */
export const routedPort = (config: StackConfig): { service: string; port: number } | null => {
  for (const { name, labels } of config.services)
    for (const [label, value] of Object.entries(labels))
      if (/^traefik\.http\.services\..+\.loadbalancer\.server\.port$/.test(label) && /^\d+$/.test(value))
        return { service: name, port: Number(value) };
  return null;
};

/** abra's own, for a recipe that says nothing. */
const DEFAULT_TIMEOUT_S = 300;
export const USUAL_TIMEOUT_MS = DEFAULT_TIMEOUT_S * 1000;

/** How long the recipe itself says that it may take to come up, in milliseconds. */
export const timeoutMs = (
  config: StackConfig,
  stack: string,
  values: ReadonlyMap<string, string>,
): number => {
  const seconds = Number(abraLabel(config, stack, "timeout") ?? values.get("TIMEOUT"));
  return (Number.isFinite(seconds) && seconds > 0 ? seconds : DEFAULT_TIMEOUT_S) * 1000;
};

/** The `version:` of a compose file as written; docker merges only files that agree on it. */
export const composeVersionOf = (source: string): string | null => {
  const found = z
    .looseObject({ version: z.string().optional() })
    .safeParse(parse(source, { schema: "failsafe" }));
  return found.data?.version ?? null;
};
