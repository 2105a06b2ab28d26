/** What a service would get of the host itself: its files, its kernel, its namespaces, its devices. */
import {
  type Asked,
  type AskedService,
  fieldsOf,
  isThere,
  isTrue,
  listOf,
  textOf,
  textsOf,
} from "./asked.ts";
import type { Refusal, Rule } from "./rule.ts";

/** A refusal for each service that has the key, but not where `isHarmless`. */
const each = (
  { services }: Asked,
  key: string,
  says: (value: string) => string,
  isHarmless: (value: string) => boolean = () => false,
): Refusal[] =>
  services.flatMap(({ name, path, fields }) =>
    textsOf(fields[key]).flatMap((value) =>
      isHarmless(value)
        ? []
        : [{ path: `${path}.${key}`, what: value, says: `service ${name} ${says(value)}`, written: value }],
    ),
  );

const mountsOf = (service: AskedService) => listOf(service.fields.volumes).map(fieldsOf);
const bindsOf = ({ services, directory }: Asked) =>
  services.flatMap((service) =>
    mountsOf(service).flatMap(({ type, source, target }) =>
      textOf(type) === "bind"
        ? [
            {
              service,
              source: textOf(source),
              target: textOf(target),
              shown: shownPath(textOf(source), directory),
            },
          ]
        : [],
    ),
  );

/** Docker prints a path of the recipe in full; people know it as they wrote it. */
const shownPath = (source: string, directory: string): string =>
  `${source}/`.startsWith(`${directory}/`) ? `.${source.slice(directory.length) || "/"}` : source;

const SOCKET = /(?:^|\/)(?:docker|containerd|podman|crio|buildkitd)[^/]*\.sock(?:\.raw)?$/i;

const bindRefusal = ({ service, source, target, shown }: ReturnType<typeof bindsOf>[number]): Refusal => ({
  path: `${service.path}.volumes`,
  what: source,
  says: `service ${service.name} mounts ${shown} of the host at ${target}`,
  written: shown,
});

/** What docker gives to every container. */
const USUAL_CAPABILITIES = new Set([
  "AUDIT_WRITE",
  "CHOWN",
  "DAC_OVERRIDE",
  "FOWNER",
  "FSETID",
  "KILL",
  "MKNOD",
  "NET_BIND_SERVICE",
  "NET_RAW",
  "SETFCAP",
  "SETGID",
  "SETPCAP",
  "SETUID",
  "SYS_CHROOT",
]);
const plainCapability = (name: string): string => name.trim().toUpperCase().replace(/^CAP_/, "");

/** Each with the values that share nothing. */
const NAMESPACES: Readonly<Record<string, readonly string[]>> = {
  pid: [],
  ipc: ["private", "none"],
  network_mode: ["none"],
  userns_mode: [],
  cgroupns_mode: ["private"],
  cgroup_parent: [],
  uts: [],
  isolation: ["default"],
};
export const NAMESPACE_KEYS = Object.keys(NAMESPACES);

export const hostRules: readonly Rule[] = [
  {
    name: "bind-mounts",
    refuses: "Files or folders of the host in a container",
    why: "A folder of the host is not the app's: what is read there belongs to others, and what is written stays after the test.",
    instead: "keep data in a named volume, and files of the recipe in configs",
    check: (asked) => bindsOf(asked).flatMap((bind) => (SOCKET.test(bind.source) ? [] : [bindRefusal(bind)])),
  },
  {
    name: "docker-socket",
    refuses: "The socket of docker, or of another container engine",
    why: "Whoever may talk to the engine owns the host, also through a mount that is read-only.",
    instead: "leave the socket out",
    check: (asked) => bindsOf(asked).flatMap((bind) => (SOCKET.test(bind.source) ? [bindRefusal(bind)] : [])),
  },
  {
    name: "mount-kinds",
    refuses: "Mounts that are neither a volume of the stack's own nor memory",
    why: "Pipes, images and cluster volumes are the host's or somebody else's.",
    instead: "use `type: volume` or `type: tmpfs`",
    check: ({ services }) =>
      services.flatMap((service) =>
        mountsOf(service).flatMap(({ type, target }) =>
          ["volume", "tmpfs", "bind"].includes(textOf(type))
            ? []
            : [
                {
                  path: `${service.path}.volumes`,
                  what: textOf(type),
                  says: `service ${service.name} has a mount of type ${textOf(type)} at ${textOf(target)}`,
                  written: textOf(type),
                },
              ],
        ),
      ),
  },
  {
    name: "host-namespaces",
    refuses:
      "Namespaces that are shared with the host or with other containers, and cgroups outside the service's own",
    why: "Processes, memory and interfaces of the host would be the container's own.",
    instead: "leave the key out",
    check: (asked) =>
      Object.entries(NAMESPACES).flatMap(([key, harmless]) =>
        each(
          asked,
          key,
          (value) => `asks for ${key}: ${value}`,
          (value) => harmless.includes(value),
        ),
      ),
  },
  {
    name: "host-address",
    refuses: "The host's own address under a name (`host-gateway`)",
    why: "It is there to reach what listens on the host.",
    instead: "name what the stack itself has",
    check: (asked) =>
      each(
        asked,
        "extra_hosts",
        (value) => `asks for the host's address as ${value}`,
        (value) => !/host-gateway/i.test(value),
      ),
  },
  {
    name: "privileged",
    refuses: "Privileged containers",
    why: "A privileged container is root on the host.",
    instead: "leave `privileged` out",
    check: ({ services }) =>
      services.flatMap(({ name, path, fields }) =>
        isTrue(fields.privileged)
          ? [{ path: `${path}.privileged`, what: "true", says: `service ${name} asks to be privileged` }]
          : [],
      ),
  },
  {
    name: "capabilities",
    refuses: "Capabilities beyond those that docker gives to every container",
    why: "They are pieces of root on the host.",
    instead: "do without, or add only those of docker's usual set",
    check: (asked) =>
      each(
        asked,
        "cap_add",
        (value) => `asks for the capability ${value}`,
        (value) => USUAL_CAPABILITIES.has(plainCapability(value)),
      ).map((refusal) => ({ ...refusal, what: plainCapability(refusal.what) })),
  },
  {
    name: "devices",
    refuses: "Devices of the host, and generic resources such as GPUs",
    why: "A disk of the host is a device too.",
    instead: "test without the device",
    check: (asked) => [
      ...each(asked, "devices", (value) => `asks for the device ${value}`),
      ...each(asked, "device_cgroup_rules", (value) => `asks for the device rule ${value}`),
      ...asked.services.flatMap(({ name, path, deploy }) =>
        Object.entries(fieldsOf(deploy.resources)).flatMap(([key, of]) =>
          ["generic_resources", "devices"].flatMap((kind) =>
            isThere(fieldsOf(of)[kind])
              ? [
                  {
                    path: `${path}.deploy.resources.${key}.${kind}`,
                    what: kind,
                    says: `service ${name} asks for ${kind} of the node`,
                  },
                ]
              : [],
          ),
        ),
      ),
    ],
  },
  {
    name: "sysctls",
    refuses: "Settings of the kernel",
    why: "Not all of them end at the container.",
    instead: "leave `sysctls` out",
    check: ({ services }) =>
      services.flatMap(({ name, path, fields }) => {
        const set = fields.sysctls;
        const keys = Array.isArray(set)
          ? set.map((item) => textOf(item).split("=", 1)[0] ?? "")
          : isThere(set) && typeof set === "string"
            ? [set]
            : Object.keys(fieldsOf(set));
        return keys.map((key) => ({
          path: `${path}.sysctls`,
          what: key,
          says: `service ${name} sets ${key} of the kernel`,
          written: key,
        }));
      }),
  },
  {
    name: "security-options",
    refuses: "Every `security_opt` but `no-new-privileges`",
    why: "They take away what keeps a container in: seccomp, AppArmor, SELinux.",
    instead: "leave `security_opt` out, or keep `no-new-privileges` alone",
    check: (asked) =>
      each(
        asked,
        "security_opt",
        (value) => `asks for security_opt ${value}`,
        (value) => /^no-new-privileges(?:[:=]true)?$/.test(value),
      ),
  },
  {
    name: "credentials",
    refuses: "Credential specs",
    why: "They are files and accounts of the host.",
    instead: "use secrets",
    check: ({ services }) =>
      services.flatMap(({ name, path, fields }) =>
        isThere(fields.credential_spec)
          ? [
              {
                path: `${path}.credential_spec`,
                what: textOf(fields.credential_spec),
                says: `service ${name} asks for a credential spec`,
              },
            ]
          : [],
      ),
  },
];
