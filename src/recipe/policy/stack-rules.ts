// biome-ignore-all lint/suspicious/noTemplateCurlyInString: compose's interpolation, not JavaScript's.
/** What a stack would share with others: networks, ports, volumes, secrets, names. */
import { type Asked, fieldsOf, isThere, isTrue, listOf, textOf, textsOf } from "./asked.ts";
import { foreignRoutes } from "./route-rule.ts";
import type { Refusal, Rule } from "./rule.ts";

type Kind = "networks" | "volumes" | "secrets" | "configs";
const KINDS: readonly Kind[] = ["networks", "volumes", "secrets", "configs"];

const nameOf = ({ key, fields }: Asked[Kind][number]): string => textOf(fields.name) || key;
const isOwn = (name: string, { stack }: Asked): boolean => name.startsWith(`${stack}_`);

const external = (asked: Asked, kind: Kind, says: (name: string) => string): (Refusal & { name: string })[] =>
  asked[kind].flatMap((thing) => {
    if (!isTrue(thing.fields.external)) return [];
    const name = nameOf(thing);
    return [{ name, path: `${kind}.${thing.key}`, what: name, says: says(name), written: name }];
  });

/** Things of another stack, by the name that they have there. */
const foreign = (kind: "secrets" | "configs", word: string) => (asked: Asked) =>
  external(asked, kind, (name) => `the ${word} ${name} is not this stack's`).filter(
    ({ name }) => !isOwn(name, asked),
  );

const drivers = (asked: Asked, kind: Kind, key: string, harmless: readonly string[]): Refusal[] =>
  asked[kind].flatMap((thing) => {
    const driver = textOf(thing.fields[key]);
    if (driver === "" || harmless.includes(driver)) return [];
    const path = `${kind}.${thing.key}.${key}`;
    return [{ path, what: driver, says: `${kind}.${thing.key} asks for the ${key} ${driver}` }];
  });

const options = (asked: Asked, kind: Kind, key: string, harmless: readonly string[] = []): Refusal[] =>
  asked[kind].flatMap((thing) => {
    const set = thing.fields[key];
    const names = Array.isArray(set) ? set.map(textOf) : Object.keys(fieldsOf(set));
    return names.flatMap((name) =>
      harmless.includes(name)
        ? []
        : [
            {
              path: `${kind}.${thing.key}.${key}`,
              what: name,
              says: `${kind}.${thing.key} gives its driver the option ${name}`,
              written: name,
            },
          ],
    );
  });

const portWords = (port: unknown): string => {
  const { target, published, protocol, mode } = fieldsOf(port);
  const of = textOf(published) || "some port";
  return `${of} to ${textOf(target)}/${textOf(protocol) || "tcp"}${textOf(mode) === "host" ? " (mode host)" : ""}`;
};

export const stackRules: readonly Rule[] = [
  {
    name: "published-ports",
    refuses: "Ports of the host, in mode `host` and `ingress`",
    why: "A port is open to all who reach the host, and only one stack can have it.",
    instead: "let the proxy serve it, by labels",
    check: ({ services }) =>
      services.flatMap(({ name, path, fields }) =>
        listOf(fields.ports).map((port) => {
          const published = textOf(fieldsOf(port).published);
          return {
            path: `${path}.ports`,
            what: published || "0",
            says: `service ${name} publishes ${portWords(port)}`,
            written: published,
          };
        }),
      ),
  },
  {
    name: "foreign-networks",
    refuses: "External networks that the bot does not lend (usually all but `proxy`), the host's among them",
    why: "On another stack's network the app reaches what was never meant for it, and on the host's everything.",
    instead: "declare a network of the stack's own",
    check: (asked, { networks }) =>
      external(
        asked,
        "networks",
        (name) => `the stack joins the network ${name}, which is not its own`,
      ).filter(({ name }) => !networks.includes(name)),
  },
  {
    name: "network-aliases",
    refuses: "Aliases on external networks that do not begin with the stack's name",
    why: "There an alias takes the name, and the requests, of another app.",
    instead: "let the alias begin with `${STACK_NAME}`, or set it on a network of the stack's own",
    check: (asked) =>
      asked.services.flatMap(({ name, path, fields }) =>
        Object.entries(fieldsOf(fields.networks)).flatMap(([key, of]) => {
          const shared = asked.networks.some((n) => n.key === key && isTrue(n.fields.external));
          const aliases = shared ? textsOf(fieldsOf(of).aliases) : [];
          return aliases
            .filter((alias) => alias !== name && !alias.startsWith(asked.stack))
            .map((alias) => ({
              path: `${path}.networks.${key}.aliases`,
              what: alias,
              says: `service ${name} calls itself ${alias} on the shared network ${key}`,
              written: alias,
            }));
        }),
      ),
  },
  foreignRoutes,
  {
    name: "network-drivers",
    refuses: "Network drivers other than `overlay`, with options other than `encrypted`, and address ranges",
    why: "Other drivers put containers on the host's own network, and a range may hide addresses that the host needs.",
    instead: "leave `driver`, `driver_opts` and `ipam` out",
    check: (asked) => [
      ...drivers(asked, "networks", "driver", ["overlay"]),
      ...options(asked, "networks", "driver_opts", ["encrypted"]),
      ...asked.networks.flatMap(({ key, fields: { ipam } }) =>
        isThere(fieldsOf(ipam).config) || !["", "default"].includes(textOf(fieldsOf(ipam).driver))
          ? [
              {
                path: `networks.${key}.ipam`,
                what: key,
                says: `the network ${key} asks for addresses of its own`,
              },
            ]
          : [],
      ),
    ],
  },
  {
    name: "external-volumes",
    refuses: "External volumes",
    why: "They hold somebody else's data, and stay after the test.",
    instead: "declare a volume of the stack's own",
    check: (asked) => external(asked, "volumes", (name) => `the volume ${name} is not this stack's`),
  },
  {
    name: "volume-drivers",
    refuses: "Volume drivers other than `local`, and options for any driver",
    why: "With options a volume is a folder of the host, or a server's, under another name.",
    instead: "leave `driver` and `driver_opts` out",
    check: (asked) => [
      ...drivers(asked, "volumes", "driver", ["local"]),
      ...options(asked, "volumes", "driver_opts"),
      ...asked.volumes.flatMap(({ key, fields }) =>
        isThere(fields["x-cluster-spec"])
          ? [
              {
                path: `volumes.${key}.x-cluster-spec`,
                what: key,
                says: `the volume ${key} asks for a cluster volume`,
              },
            ]
          : [],
      ),
    ],
  },
  {
    name: "foreign-secrets",
    refuses: "Secrets of other stacks",
    why: "A secret is told to those that it was made for.",
    instead: "call it `${STACK_NAME}_<secret>_${SECRET_<SECRET>_VERSION}`",
    check: foreign("secrets", "secret"),
  },
  {
    name: "foreign-configs",
    refuses: "Configs of other stacks",
    why: "What another app is configured with may be as secret as a secret.",
    instead: "give the config a `file`",
    check: foreign("configs", "config"),
  },
  {
    name: "secret-drivers",
    refuses: "Drivers of secrets and configs, and templates other than `golang`",
    why: "A driver is a plugin of the host, with secrets of its own.",
    instead: "leave `driver` and `driver_opts` out",
    check: (asked) =>
      (["secrets", "configs"] as const).flatMap((kind) => [
        ...drivers(asked, kind, "driver", []),
        ...options(asked, kind, "driver_opts"),
        ...drivers(asked, kind, "template_driver", ["golang"]),
      ]),
  },
  {
    name: "foreign-names",
    refuses: "Networks, volumes, secrets and configs that would be called as if they were not the stack's",
    why: "A thing of that name may be there already: docker then takes it, with all that is in it.",
    instead: "let `name` begin with `${STACK_NAME}_`, or leave it out",
    check: (asked) =>
      KINDS.flatMap((kind) =>
        asked[kind].flatMap(({ key, fields }) => {
          const name = textOf(fields.name);
          if (name === "" || isTrue(fields.external) || isOwn(name, asked)) return [];
          return [
            { path: `${kind}.${key}.name`, what: name, says: `${kind}.${key} would be called ${name}` },
          ];
        }),
      ),
  },
];
