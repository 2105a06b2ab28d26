/** How a service would be run: where, how many, from which image, with whose labels; and every key that no rule knows. */
import { type Asked, fieldsOf, isThere, listOf, textOf, textsOf } from "./asked.ts";
import { NAMESPACE_KEYS } from "./host-rules.ts";
import { allowsImage, REGISTRIES, registryOf } from "./registries.ts";
import type { Refusal, Rule } from "./rule.ts";

const constraintsOf = ({ services }: Asked) =>
  services.flatMap((service) =>
    textsOf(fieldsOf(service.deploy.placement).constraints).map((text) => ({ service, text })),
  );

/** What may be asked of a node; Swarm takes keys and values in any case. */
const isHarmlessPlace = (constraint: string, managerLabels: readonly string[]): boolean => {
  const [, key = "", operator, value = ""] =
    /^\s*([\w./-]+)\s*(==|!=)\s*(.*?)\s*$/.exec(constraint.toLowerCase()) ?? [];
  if (key === "node.role")
    return `${operator}${value}` === "==worker" || `${operator}${value}` === "!=manager";
  if (/^node\.platform\.(?:os|arch)$/.test(key)) return true;
  const label = /^node\.labels\.(.+)$/.exec(key)?.[1];
  return label !== undefined && !managerLabels.some((reserved) => reserved.toLowerCase() === label);
};

const LOG_DRIVERS = new Set(["", "none", "json-file", "local"]);
const LOG_OPTIONS = new Set([
  "compress",
  "env",
  "env-regex",
  "labels",
  "labels-regex",
  "max-buffer-size",
  "max-file",
  "max-size",
  "mode",
  "tag",
]);

/** A test bot's own marks, and those by which docker knows a stack. */
const RESERVED = /^(?:com\.docker\.|testme\.)/i;
const labelNames = (labels: unknown): string[] =>
  Array.isArray(labels)
    ? labels.map((label) => textOf(label).split("=", 1)[0] ?? "")
    : Object.keys(fieldsOf(labels));

const reserved = (path: string, labels: unknown): Refusal[] =>
  labelNames(labels)
    .filter((name) => RESERVED.test(name.trim()))
    .map((name) => ({ path, what: name, says: `${path} sets the label ${name}`, written: name }));

const numberOf = (value: unknown): number => Number(textOf(value) || 0);

const tooMuch = (asked: Asked, key: "memory" | "cpus", most: number | null, words: string): Refusal[] =>
  most === null
    ? []
    : asked.services.flatMap(({ name, path, deploy }) =>
        ["limits", "reservations"].flatMap((kind) => {
          const value = fieldsOf(fieldsOf(deploy.resources)[kind])[key];
          // What is no number is more than any.
          return numberOf(value) <= most
            ? []
            : [
                {
                  path: `${path}.deploy.resources.${kind}.${key}`,
                  what: textOf(value),
                  says: `service ${name} asks for ${textOf(value)} ${words}, and ${most} is the most`,
                },
              ];
        }),
      );

const SERVICE_KEYS = new Set([
  ...[
    "build",
    "cap_add",
    "cap_drop",
    "command",
    "configs",
    "container_name",
    "credential_spec",
    "depends_on",
  ],
  ...["deploy", "device_cgroup_rules", "devices", "dns", "dns_search", "domainname", "entrypoint"],
  ...["environment", "expose", "extra_hosts", "healthcheck", "hostname", "image", "init", "labels", "links"],
  ...["logging", "mac_address", "networks", "ports", "privileged", "read_only", "restart", "secrets"],
  ...[
    "security_opt",
    "shm_size",
    "stdin_open",
    "stop_grace_period",
    "stop_signal",
    "sysctls",
    "tmpfs",
    "tty",
  ],
  ...["ulimits", "user", "volumes", "working_dir", ...NAMESPACE_KEYS],
]);
const DEPLOY_KEYS = new Set([
  ...["endpoint_mode", "labels", "mode", "placement", "replicas", "resources", "restart_policy"],
  ...["rollback_config", "update_config"],
]);
const PLACEMENT_KEYS = new Set(["constraints", "preferences", "max_replicas_per_node"]);
const RESOURCE_KEYS = new Set(["limits", "reservations"]);
const AMOUNT_KEYS = new Set(["cpus", "memory", "pids", "generic_resources", "devices"]);
const MOUNT_KEYS = new Set([
  "type",
  "source",
  "target",
  "read_only",
  "consistency",
  "volume",
  "tmpfs",
  "bind",
]);
const ATTACHMENT_KEYS = new Set(["aliases", "ipv4_address", "ipv6_address", "priority"]);
const TOP_KEYS = new Set(["version", "name", "services", "networks", "volumes", "secrets", "configs"]);
const THING_KEYS = {
  networks: new Set([
    "name",
    "external",
    "driver",
    "driver_opts",
    "ipam",
    "internal",
    "attachable",
    "labels",
  ]),
  volumes: new Set(["name", "external", "driver", "driver_opts", "labels"]),
  secrets: new Set(["name", "external", "file", "driver", "driver_opts", "template_driver", "labels"]),
  configs: new Set(["name", "external", "file", "driver", "driver_opts", "template_driver", "labels"]),
};
type Kind = keyof typeof THING_KEYS;
const KINDS = Object.keys(THING_KEYS) as Kind[];

const unknownIn = (value: unknown, known: ReadonlySet<string>, path: string): Refusal[] =>
  Object.entries(fieldsOf(value)).flatMap(([key, of]) => {
    const below = path === "" ? key : `${path}.${key}`;
    if (known.has(key) || key.startsWith("x-") || !isThere(of) || of === "false") return [];
    return [{ path: below, what: key, says: `${below} is no key that a recipe may use here` }];
  });

export const runRules: readonly Rule[] = [
  {
    name: "placement",
    refuses:
      "Placement on managers, on a node by its name, and by labels that the operator keeps for managers",
    why: "A manager holds the keys of the whole swarm.",
    instead: "leave the constraint out, or ask for a label, a platform or `node.role == worker`",
    check: (asked, { managerLabels }) =>
      constraintsOf(asked).flatMap(({ service, text }) =>
        isHarmlessPlace(text, managerLabels)
          ? []
          : [
              {
                path: `${service.path}.deploy.placement.constraints`,
                what: text.replaceAll(/\s/g, ""),
                says: `service ${service.name} wants a node where ${text}`,
                written: text,
              },
            ],
      ),
  },
  {
    name: "logging",
    refuses: "Log drivers other than `json-file`, `local` and `none`, and options that send logs anywhere",
    why: "The engine itself would write to another host, and the log of a failure would not be there to be read.",
    instead: "leave `logging` out",
    check: ({ services }) =>
      services.flatMap(({ name, path, fields }) => {
        const { driver, options } = fieldsOf(fields.logging);
        const far = Object.keys(fieldsOf(options)).filter((option) => !LOG_OPTIONS.has(option));
        return [
          ...(LOG_DRIVERS.has(textOf(driver))
            ? []
            : [
                {
                  path: `${path}.logging.driver`,
                  what: textOf(driver),
                  says: `service ${name} logs by ${textOf(driver)}`,
                },
              ]),
          ...far.map((option) => ({
            path: `${path}.logging.options.${option}`,
            what: option,
            says: `service ${name} gives its log driver the option ${option}`,
          })),
        ];
      }),
  },
  {
    name: REGISTRIES,
    refuses:
      "Images of registries that the bot's operator has not named; where none are named, of those on the engine's own host and network",
    why: "An operator may want to know where images come from, and the engine reaches what a stranger does not.",
    instead: "take the image from a registry that is allowed",
    check: ({ services }, policy) =>
      services.flatMap(({ name, path, fields }) => {
        const image = textOf(fields.image);
        const registry = registryOf(image);
        if (allowsImage(image, policy)) return [];
        return [
          { path: `${path}.image`, what: registry, says: `service ${name} takes its image from ${registry}` },
        ];
      }),
  },
  {
    name: "size",
    refuses:
      "More services or tasks than a test has room for, and more memory or CPU than the operator allows",
    why: "The host is shared by all who test.",
    instead: "ask for less",
    check: (asked, { maxServices, maxReplicas, maxMemoryBytes, maxCpus }) => [
      ...(asked.services.length <= maxServices
        ? []
        : [
            {
              path: "services",
              what: String(asked.services.length),
              says: `the stack has ${asked.services.length} services, and ${maxServices} is the most`,
            },
          ]),
      ...asked.services.flatMap(({ name, path, deploy }) =>
        numberOf(deploy.replicas) <= maxReplicas
          ? []
          : [
              {
                path: `${path}.deploy.replicas`,
                what: textOf(deploy.replicas),
                says: `service ${name} asks for ${textOf(deploy.replicas)} replicas, and ${maxReplicas} is the most`,
              },
            ],
      ),
      ...tooMuch(asked, "memory", maxMemoryBytes, "bytes of memory"),
      ...tooMuch(asked, "cpus", maxCpus, "CPUs"),
    ],
  },
  {
    name: "reserved-labels",
    refuses: "Labels that begin with `com.docker.` or `testme.`",
    why: "By them docker and the bot know whose a stack is, and what may be taken away.",
    instead: "call the label otherwise",
    check: (asked) => [
      ...asked.services.flatMap(({ path, fields, deploy }) => [
        ...reserved(`${path}.labels`, fields.labels),
        ...reserved(`${path}.deploy.labels`, deploy.labels),
      ]),
      ...KINDS.flatMap((kind) =>
        asked[kind].flatMap(({ key, fields }) => reserved(`${kind}.${key}.labels`, fields.labels)),
      ),
    ],
  },
  {
    name: "unknown-keys",
    refuses: "Every key that no rule knows",
    why: "What nobody has looked at may reach anything.",
    instead: "leave the key out",
    check: (asked) => [
      ...unknownIn(asked.top, TOP_KEYS, ""),
      ...asked.services.flatMap(({ path, fields, deploy }) => [
        ...unknownIn(fields, SERVICE_KEYS, path),
        ...unknownIn(deploy, DEPLOY_KEYS, `${path}.deploy`),
        ...unknownIn(deploy.placement, PLACEMENT_KEYS, `${path}.deploy.placement`),
        ...unknownIn(deploy.resources, RESOURCE_KEYS, `${path}.deploy.resources`),
        ...Object.entries(fieldsOf(deploy.resources)).flatMap(([kind, of]) =>
          unknownIn(of, AMOUNT_KEYS, `${path}.deploy.resources.${kind}`),
        ),
        ...listOf(fields.volumes).flatMap((mount) => unknownIn(mount, MOUNT_KEYS, `${path}.volumes`)),
        ...Object.entries(fieldsOf(fields.networks)).flatMap(([key, of]) =>
          unknownIn(of, ATTACHMENT_KEYS, `${path}.networks.${key}`),
        ),
      ]),
      ...KINDS.flatMap((kind) =>
        asked[kind].flatMap(({ key, fields }) => unknownIn(fields, THING_KEYS[kind], `${kind}.${key}`)),
      ),
    ],
  },
];
