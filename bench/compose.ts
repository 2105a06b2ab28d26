/**
 * What a scenario deploys, as compose JSON (which is YAML). Every service runs the fixture image on the host's network: an
 * overlay of its own would add two seconds to each stop and say nothing about rollouts. Both times of a stop are short.
 */
export type Json = string | number | boolean | null | readonly Json[] | { readonly [key: string]: Json };
type Fields = { readonly [key: string]: Json };
/** Compose fields of a service that differ from the ones below; `update: null` leaves the update policy out. */
export type Shape = {
  version?: string;
  image?: string;
  environment?: Readonly<Record<string, string>>;
  /** The service label that names the commit; null leaves it out. */
  stamp?: string | null;
  replicas?: number;
  update?: Fields | null;
  rollback?: Fields;
  restart?: Fields;
  resources?: Fields;
  placement?: Fields;
  /** Anything else at the service's top level. */
  more?: Fields;
};
/** By the service's short name. */
export type Stack = Readonly<Record<string, Shape>>;

export const composeOf = (stack: string, stampLabel: string, shapes: Stack): string =>
  JSON.stringify({
    version: "3.8",
    services: Object.fromEntries(
      Object.entries(shapes).map(([name, shape]) => [name, serviceOf(stampLabel, shape)]),
    ),
    networks: { host: { external: true, name: "host" } },
    volumes: { state: { name: `${stack}_state` } },
  });

const serviceOf = (stampLabel: string, shape: Shape) => ({
  image: shape.image ?? "testme/fixture:1",
  networks: ["host"],
  stop_grace_period: "1s",
  environment: { VERSION: shape.version ?? "1", ...shape.environment },
  ...shape.more,
  deploy: {
    replicas: shape.replicas ?? 1,
    labels: shape.stamp ? { [stampLabel]: shape.stamp } : {},
    ...(shape.update === null ? {} : { update_config: { ...ROLLS_BACK, ...shape.update } }),
    rollback_config: { monitor: "1s", order: "start-first", ...shape.rollback },
    ...(shape.restart && { restart_policy: shape.restart }),
    ...(shape.resources && { resources: shape.resources }),
    ...(shape.placement && { placement: shape.placement }),
  },
});

const ROLLS_BACK = { failure_action: "rollback", order: "start-first", monitor: "2s" };
