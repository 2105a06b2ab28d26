// Each rule by one stack that breaks it and nothing else, and by its neighbours that break nothing.
import { expect, it } from "vitest";
import { judgeStack, RULES } from "../../../../src/recipe/policy/judge.ts";
import { defaultPolicy, type Policy, policyFor } from "../../../../src/recipe/policy/policy.ts";

const place = { stack: "reci_test", directory: "/data/tree/reci", domain: "reci.ci.org" };
const told = (yaml: string, policy: Partial<Policy> = {}, repository = "coop/reci") =>
  judgeStack(
    yaml,
    new Map([["compose.yml", yaml]]),
    place,
    policyFor({ ...defaultPolicy, ...policy }, repository),
  );
const ruleOf = (reason: string) => /^refused by policy \(([a-z-]+)\): /.exec(reason)?.[1];
const broken = (yaml: string, policy?: Partial<Policy>) => [
  ...new Set(told(yaml, policy).map(({ reason }) => ruleOf(reason))),
];

const app = (more: string): string => `services:\n  app:\n    image: nginx:1\n    ${more}\n`;
const image = (of: string): string => `services:\n  app:\n    image: "${of}"\n`;
const top = (more: string): string => `services:\n  app:\n    image: nginx:1\n${more}\n`;
const mount = (of: string) => app(`volumes: [{${of}}]`);
const deploy = (of: string) => app(`deploy: {${of}}`);

const route = (kind: string, rule: string, more = "a: b") =>
  deploy(`labels: {"traefik.${kind}.routers.a.rule": "${rule}", ${more}}`);

/** Rule, what breaks it, and, where the rest of a policy matters, that. */
const BREAKS: readonly (readonly [rule: string, yaml: string, policy?: Partial<Policy>])[] = [
  ["bind-mounts", mount("type: bind, source: /etc, target: /x, read_only: true")],
  ["bind-mounts", mount("type: bind, source: /data/tree/reci/conf, target: /x")],
  ["bind-mounts", mount("type: bind, source: /var/run, target: /x")],
  ["docker-socket", mount("type: bind, source: /var/run/docker.sock, target: /x, read_only: true")],
  ["docker-socket", mount("type: bind, source: /run/containerd/containerd.sock, target: /x")],
  ["mount-kinds", mount("type: npipe, source: x, target: /x")],
  ["mount-kinds", mount("type: cluster, source: x, target: /x")],
  ["mount-kinds", mount("source: x, target: /x")],
  ["host-namespaces", app("pid: host")],
  ["host-namespaces", app("ipc: host")],
  ["host-namespaces", app("ipc: shareable")],
  ["host-namespaces", app("network_mode: host")],
  ["host-namespaces", app("network_mode: container:other")],
  ["host-namespaces", app("userns_mode: host")],
  ["host-namespaces", app("cgroupns_mode: host")],
  ["host-namespaces", app("cgroup_parent: /other")],
  ["host-address", app('extra_hosts: ["h:host-gateway"]')],
  ["privileged", app("privileged: true")],
  ["capabilities", app("cap_add: [SYS_ADMIN]")],
  ["capabilities", app("cap_add: [cap_sys_admin]")],
  ["capabilities", app("cap_add: [all]")],
  ["devices", app('devices: ["/dev/sda:/dev/sda"]')],
  [
    "devices",
    deploy(
      "resources: {reservations: {generic_resources: [{discrete_resource_spec: {kind: gpu, value: 1}}]}}",
    ),
  ],
  ["sysctls", app("sysctls: {kernel.shmmax: 1}")],
  ["sysctls", app('sysctls: ["net.ipv4.ip_forward=1"]')],
  ["security-options", app('security_opt: ["seccomp:unconfined"]')],
  ["security-options", app('security_opt: ["no-new-privileges:false"]')],
  ["credentials", app("credential_spec: {file: x.json}")],
  ["published-ports", app("ports: [{mode: ingress, target: 80, published: 80, protocol: tcp}]")],
  ["published-ports", app("ports: [{mode: host, target: 80, published: 80, protocol: tcp}]")],
  ["published-ports", app("ports: [{target: 80}]")],
  ["foreign-networks", top("networks: {x: {external: true, name: other_internal}}")],
  ["foreign-networks", top("networks: {host: {external: true}}")],
  ["foreign-networks", top("networks: {default: {external: true, name: host}}")],
  ["foreign-networks", top("networks: {proxy: {external: true, name: host}}")],
  [
    "network-aliases",
    `${app("networks: {proxy: {aliases: [other_app]}}")}networks: {proxy: {external: true}}`,
  ],
  ["foreign-routes", route("http", "Host(`other.org`)")],
  ["foreign-routes", app("labels: ['traefik.http.routers.a.rule=Host(`other.org`)']")],
  ["foreign-routes", route("tcp", "HostSNI(`*`)")],
  ["foreign-routes", route("tcp", "HostSNI(`*`)", "traefik.tcp.routers.a.entrypoints: 'ssh,web-secure'")],
  ["foreign-routes", route("tcp", "HostSNI(`other.org`)", "traefik.tcp.routers.a.entrypoints: ssh")],
  ["foreign-routes", deploy("labels: {Traefik.http.services.a.loadBalancer.server.url: http://10.0.0.1}")],
  [
    "foreign-routes",
    deploy("labels: {'traefik.http.services.a.loadbalancer.servers[0].url': http://10.0.0.1}"),
  ],
  ["network-drivers", top("networks: {x: {driver: macvlan}}")],
  ["network-drivers", top("networks: {x: {driver_opts: {parent: eth0}}}")],
  ["network-drivers", top("networks: {x: {ipam: {config: [{subnet: 10.0.0.0/8}]}}}")],
  ["external-volumes", top("volumes: {x: {external: true, name: reci_test_x}}")],
  ["volume-drivers", top("volumes: {x: {driver: rclone}}")],
  ["volume-drivers", top("volumes: {x: {driver: local, driver_opts: {type: none, o: bind, device: /}}}")],
  ["volume-drivers", top("volumes: {x: {x-cluster-spec: {group: a}}}")],
  ["foreign-secrets", top("secrets: {x: {external: true, name: other_db_password_v1}}")],
  ["foreign-configs", top("configs: {x: {external: true, name: other_conf_v1}}")],
  ["secret-drivers", top("secrets: {x: {driver: vault}}")],
  ["secret-drivers", top("configs: {x: {file: /data/tree/reci/x, template_driver: other}}")],
  ["foreign-names", top("volumes: {x: {name: other_data}}")],
  ["foreign-names", top("networks: {x: {name: proxy}}")],
  ["foreign-names", top("secrets: {x: {name: other_x, file: /data/tree/reci/x}}")],
  ["foreign-names", top("configs: {x: {name: reci_testing, file: /data/tree/reci/x}}")],
  ["placement", deploy("placement: {constraints: [node.role==manager]}")],
  ["placement", deploy('placement: {constraints: ["Node.Role != worker"]}')],
  ["placement", deploy("placement: {constraints: [node.hostname==one]}")],
  ["placement", deploy("placement: {constraints: [engine.labels.x==y]}")],
  ["placement", deploy("placement: {constraints: [node.labels.Vault==yes]}"), { managerLabels: ["vault"] }],
  ["logging", app("logging: {driver: syslog}")],
  ["logging", app("logging: {options: {syslog-address: tcp://10.0.0.1}}")],
  ["registries", app("{}").replace("    {}\n", ""), { registries: ["git.coopcloud.tech"] }],
  ["registries", image("127.0.0.1:5000/x")],
  ["registries", image("localhost/x")],
  ["registries", image("10.1.2.3/team/x:1")],
  ["registries", image("[::1]:5000/x")],
  ["registries", image("[::ffff:127.0.0.1]:5000/x")],
  ["registries", image("169.254.169.254/x")],
  ["registries", image("registry:5000/x")],
  ["registries", image("Registry.LOCAL:80/x")],
  ["registries", image("10.1.2.3/x"), { registries: ["docker.io"] }],
  ["size", deploy("replicas: 21")],
  ["size", deploy("replicas: lots")],
  ["size", `services: {${[..."abc"].map((name) => `${name}: {image: x}`).join(", ")}}`, { maxServices: 2 }],
  ["size", deploy('resources: {reservations: {memory: "2000"}}'), { maxMemoryBytes: 1_000 }],
  ["size", deploy('resources: {limits: {cpus: "2.5"}}'), { maxCpus: 2 }],
  ["reserved-labels", deploy("labels: {testme.owner: somebody}")],
  ["reserved-labels", app('labels: ["com.docker.stack.namespace=other"]')],
  ["reserved-labels", top("volumes: {x: {labels: {testme.run: a}}}")],
  ["unknown-keys", app("runtime: nvidia")],
  ["unknown-keys", app("volumes_from: [other]")],
  ["unknown-keys", deploy("somewhere: else")],
  ["unknown-keys", top("includes: [x]")],
  ["unknown-keys", top("networks: {x: {config_from: y}}")],
  ["unknown-keys", mount("type: volume, source: x, target: /x, image: {subpath: y}")],
];

it.each(BREAKS.map(([rule, yaml, policy]) => ({ rule, yaml, policy })))(
  "$rule: $yaml",
  ({ rule, yaml, policy }) => {
    expect(broken(yaml, policy)).toEqual([rule]);
  },
);

it("no rule is without a stack that breaks it", () => {
  expect(new Set(BREAKS.map(([rule]) => rule))).toEqual(new Set(RULES.map(({ name }) => name)));
});

const HARMLESS: readonly string[] = [
  image("git.coopcloud.tech:443/x"),
  image("library/x"),
  image("8.8.8.8:5000/x"),
  route("http", "Host(`reci.ci.org`)"),
  route("http", "Host(`www.example.com`)"),
  route("tcp", "HostSNI(`*`)", "traefik.tcp.routers.a.entrypoints: ssh"),
  route("tcp", "HostSNI(`mail.reci.ci.org`)"),
  deploy("labels: {traefik.http.services.a.loadbalancer.server.port: '80'}"),
  app("privileged: false"),
  app("cap_add: [CAP_CHOWN, net_bind_service]"),
  app("cap_drop: [ALL]"),
  app('security_opt: ["no-new-privileges:true"]'),
  app("x-more: {anything: goes}"),
  app("ipc: private"),
  app("logging: {driver: json-file, options: {max-size: 1m}}"),
  app("ulimits: {nofile: {soft: 1, hard: 2}}"),
  mount("type: tmpfs, target: /x, tmpfs: {size: 1}"),
  mount("type: volume, source: data, target: /x, volume: {nocopy: true}"),
  deploy(
    "placement: {constraints: [node.role == worker, node.role!=manager, node.labels.zone==mars], preferences: [{spread: node.labels.a}]}",
  ),
  deploy("replicas: 20, labels: {traefik.enable: 'true'}"),
  top("networks: {proxy: {external: true}, internal: {driver: overlay, internal: true, attachable: true}}"),
  top("networks: {internal: {driver_opts: {encrypted: ''}}}"),
  top("volumes: {data: {}, named: {name: reci_test_named}}"),
  top("secrets: {x: {external: true, name: reci_test_x_v1}}"),
  top("configs: {x: {name: reci_test_x_v1, file: /data/tree/reci/x, template_driver: golang}}"),
  `${app("networks: {proxy: {aliases: [app, reci_test_web]}}")}networks: {proxy: {external: true}}`,
];

it.each(HARMLESS)("harmless: %s", (yaml) => {
  expect(told(yaml)).toEqual([]);
});

it("a refusal has its place, its rule and the way out", () => {
  expect(told(mount("type: bind, source: /etc, target: /x"))).toEqual([
    {
      file: "compose.yml",
      line: 4,
      reason:
        "refused by policy (bind-mounts): service app mounts /etc of the host at /x. The way out: keep data in a named volume, and files of the recipe in configs; or whoever runs the bot allows it in POLICY",
    },
  ]);
});

it("shows no path of the host that the recipe has not written itself", () => {
  const yaml = mount("type: bind, source: /data/keys, target: /x");
  const [refusal] = judgeStack(
    yaml,
    new Map([["compose.yml", "services: {app: {volumes: ['../../keys:/x']}}"]]),
    place,
    policyFor(defaultPolicy, ""),
  );
  expect(refusal?.reason).toContain("mounts a path outside the recipe of the host");
  expect(refusal?.reason).not.toContain("/data");
});

it("an exception is for its repository, its rule and its values", () => {
  const port = (published: number) => app(`ports: [{target: 80, published: ${published}}]`);
  const exceptions = { "Coop/Reci": { "published-ports": ["80"], privileged: true as const } };
  expect(told(port(80), { exceptions })).toEqual([]);
  expect(told(app("privileged: true"), { exceptions })).toEqual([]);
  expect(told(port(81), { exceptions })).toHaveLength(1);
  expect(told(app("pid: host"), { exceptions })).toHaveLength(1);
  expect(told(port(80), { exceptions }, "stranger/reci")).toHaveLength(1);
  expect(told(port(80), { exceptions: { "*": { "published-ports": ["80"] } } }, "stranger/reci")).toEqual([]);
});

it("tells all that is refused, and no more than people read", () => {
  expect(told(app("privileged: true\n    pid: host"))).toHaveLength(2);
  const ports = Array.from({ length: 50 }, (_, i) => `{target: ${i + 1}, published: ${i + 1}}`).join(", ");
  expect(told(app(`ports: [${ports}]`))).toHaveLength(20);
});
