/**
 * What `docker stack config` printed, as the engine would get it from `docker stack deploy`: specs in the engine's own JSON
 * shape, only the fields that somebody reads.
 */
import { parse } from "yaml";
import * as z from "zod";

const Thing = z
  .object({
    name: z.string().optional(),
    file: z.string().optional(),
    external: z.enum(["true", "false"]).optional(),
  })
  .nullish();
const Things = z.record(z.string(), Thing).nullish();
const Memory = z.object({ memory: z.coerce.number().optional() }).optional();
const File = z.object({
  services: z.record(
    z.string(),
    z.object({
      image: z.string(),
      environment: z.record(z.string(), z.string().nullable()).optional(),
      labels: z.record(z.string(), z.string()).optional(),
      healthcheck: z.looseObject({ test: z.array(z.string()), interval: z.string() }).optional(),
      volumes: z
        .array(z.object({ type: z.string(), source: z.string().optional(), target: z.string() }))
        .optional(),
      deploy: z
        .object({
          replicas: z.coerce.number().optional(),
          labels: z.record(z.string(), z.string()).optional(),
          update_config: z
            .object({
              failure_action: z.string().optional(),
              order: z.string().optional(),
              monitor: z.string().optional(),
            })
            .optional(),
          restart_policy: z
            .object({ condition: z.string().optional(), delay: z.string().optional() })
            .optional(),
          resources: z.object({ limits: Memory, reservations: Memory }).optional(),
        })
        .optional(),
    }),
  ),
  networks: Things,
  volumes: Things,
  secrets: Things,
  configs: Things,
});
type ServiceOfFile = z.infer<typeof File>["services"][string];

export type TaskTemplate = {
  ContainerSpec: {
    Image: string;
    Labels: Record<string, string>;
    Env: string[];
    Mounts: { Source: string; Target: string }[];
    Healthcheck?: { Test: string[]; Interval: number };
  };
  Resources: { Limits: { MemoryBytes: number }; Reservations: { MemoryBytes: number } };
  RestartPolicy: { Condition: string; Delay: number };
};
export type Spec = {
  Name: string;
  Labels: Record<string, string>;
  TaskTemplate: TaskTemplate;
  Mode: { Replicated: { Replicas: number } };
  UpdateConfig?: { FailureAction: string; Order: string; Monitor: number };
};
export type StackFile = {
  services: Spec[];
  networks: string[];
  volumes: string[];
  /** With the file that holds the content. */
  secrets: Content[];
  configs: Content[];
};
export type Content = { name: string; file: string | null };

export const NAMESPACE = "com.docker.stack.namespace";

export const readStackFile = (yaml: string, stack: string): StackFile => {
  // All words are text: docker prints a label like 5e718930 without quotes, and to others that is a number.
  const file = File.parse(parse(yaml, { schema: "failsafe" }));
  const own = (things: z.infer<typeof Things>) =>
    Object.entries(things ?? {}).flatMap(([key, thing]) =>
      thing?.external === "true"
        ? []
        : [{ name: thing?.name ?? `${stack}_${key}`, file: thing?.file ?? null }],
    );
  const volumeOf = (key: string) => file.volumes?.[key]?.name ?? `${stack}_${key}`;
  const names = (things: z.infer<typeof Things>) => own(things).map(({ name }) => name);
  return {
    services: Object.entries(file.services).map(([name, service]) => specOf(stack, name, service, volumeOf)),
    networks: names(file.networks),
    volumes: names(file.volumes),
    secrets: own(file.secrets),
    configs: own(file.configs),
  };
};

const specOf = (
  stack: string,
  name: string,
  { image, labels, deploy = {}, ...service }: ServiceOfFile,
  volumeOf: (key: string) => string,
): Spec => {
  const { update_config: update, restart_policy: restart, resources } = deploy;
  return {
    Name: `${stack}_${name}`,
    Labels: { ...deploy.labels, "com.docker.stack.image": image, [NAMESPACE]: stack },
    TaskTemplate: {
      ContainerSpec: {
        Image: image,
        Labels: { ...labels, [NAMESPACE]: stack },
        Env: Object.entries(service.environment ?? {}).map(([key, value]) => `${key}=${value ?? ""}`),
        Mounts: (service.volumes ?? []).flatMap(({ type, source, target }) =>
          type === "volume" && source !== undefined ? [{ Source: volumeOf(source), Target: target }] : [],
        ),
        ...(service.healthcheck && {
          Healthcheck: {
            Test: service.healthcheck.test,
            Interval: nanoseconds(service.healthcheck.interval),
          },
        }),
      },
      Resources: {
        Limits: { MemoryBytes: resources?.limits?.memory ?? 0 },
        Reservations: { MemoryBytes: resources?.reservations?.memory ?? 0 },
      },
      RestartPolicy: { Condition: restart?.condition ?? "any", Delay: nanoseconds(restart?.delay ?? "5s") },
    },
    Mode: { Replicated: { Replicas: deploy.replicas ?? 1 } },
    ...(update && {
      UpdateConfig: {
        FailureAction: update.failure_action ?? "pause",
        Order: update.order ?? "stop-first",
        Monitor: nanoseconds(update.monitor ?? "5s"),
      },
    }),
  };
};

export const NS_PER_MS = 1_000_000;
const UNITS = new Map([
  ["ms", 1],
  ["s", 1_000],
  ["m", 60_000],
  ["h", 3_600_000],
]);

/** `1m30s`, as docker prints durations. */
const nanoseconds = (text: string): number => {
  let ms = 0;
  for (const [, count, unit = ""] of text.matchAll(/([\d.]+)(ms|s|m|h)/g))
    ms += Number(count) * (UNITS.get(unit) ?? 0);
  return ms * NS_PER_MS;
};
