// biome-ignore-all lint/suspicious/noTemplateCurlyInString: compose's interpolation, not JavaScript's.
/**
 * What a proxy needs to know of a service. Routers of TCP and UDP have rules and certificates of their own kinds, and are
 * left alone.
 */
import { partsOfService, type Reading, remarkBeside, remarkOnEntry, routedServices } from "../reading.ts";
import { type LintRemark, shown } from "../remark.ts";
import type { Rule } from "../rule.ts";
import type { Entry } from "../written.ts";

type Labels = ReadonlyMap<string, Entry>;

export const traefikLabels: Rule = {
  name: "traefik-labels",
  severity: "error",
  asks: "What is routed says so in full: enabled, port, and a router with rule, entrypoint and certificate",
  why: "With one of them missing the proxy answers 404, or over plain HTTP, or with its own certificate, while the app itself is well. A router that is not called after the stack is fought over by two apps of the same recipe.",
  instead: [
    "Write to the `deploy.labels` of the service:",
    "",
    "```yaml",
    '- "traefik.enable=true"',
    '- "traefik.http.services.${STACK_NAME}.loadbalancer.server.port=8080"',
    '- "traefik.http.routers.${STACK_NAME}.rule=Host(`${DOMAIN}`${EXTRA_DOMAINS})"',
    '- "traefik.http.routers.${STACK_NAME}.entrypoints=web-secure"',
    '- "traefik.http.routers.${STACK_NAME}.tls.certresolver=${LETS_ENCRYPT_ENV}"',
    "```",
  ].join("\n"),
  check: (reading) => {
    const routed = routedServices(reading);
    if (routed.length === 0) return "not-applicable";
    return [
      ...routed.flatMap(([service, labels]) => [
        ...ofService(service, labels, reading),
        ...[...routersIn(labels)].flatMap(([router, keys]) => ofRouter(router, keys)),
      ]),
      ...domainRemarks(routed, reading),
    ];
  },
};

const ofService = (service: string, labels: Labels, reading: Reading): LintRemark[] => {
  const on = (message: string) =>
    remarkBeside(partsOfService(reading, service), ["deploy", "labels"], message);
  const keys = [...labels.keys()];
  const enable = labels.get("traefik.enable");
  const remarks: LintRemark[] = [];
  if (enable === undefined)
    remarks.push(
      on(
        `${shown(service)} has traefik labels and does not say \`traefik.enable=true\`: write it beside them`,
      ),
    );
  if (!keys.some((key) => /^traefik\.(http|tcp|udp)\.routers\./.test(key)))
    remarks.push(
      on(`${shown(service)} has traefik labels and no router: write its rule, entrypoint and certificate`),
    );
  const isTraefiksOwn = [...labels].some(
    ([key, { value }]) => key.endsWith(".service") && value?.includes("@"),
  );
  if (!isTraefiksOwn && !keys.some((key) => key.endsWith(".loadbalancer.server.port")))
    remarks.push(
      on(
        `${shown(service)} does not say on which port it listens, and in a swarm traefik cannot know: write \`traefik.http.services.\${STACK_NAME}.loadbalancer.server.port=\``,
      ),
    );
  return remarks;
};

/** By router: what follows its name, with the whole label. */
const routersIn = (labels: Labels): Map<string, Map<string, Entry>> => {
  const routers = new Map<string, Map<string, Entry>>();
  for (const [key, entry] of labels) {
    const [, router = "", rest = ""] = /^traefik\.http\.routers\.([^.]+)\.(.+)$/.exec(key) ?? [];
    if (router === "") continue;
    const known = routers.get(router) ?? new Map<string, Entry>();
    routers.set(router, known.set(rest, entry));
  }
  return routers;
};

const ofRouter = (router: string, keys: ReadonlyMap<string, Entry>): LintRemark[] => {
  const [first] = keys.values();
  if (first === undefined) return [];
  const missing = (key: string, value: string) =>
    remarkOnEntry(
      first,
      `the router ${shown(router)} has no ${shown(key)}: write ${shown(`traefik.http.routers.${router}.${key}=${value}`)}`,
    );
  const remarks: LintRemark[] = [];
  if (!/\$(\{STACK_NAME\}|STACK_NAME\b)/.test(router))
    remarks.push(
      remarkOnEntry(
        first,
        `the router ${shown(router)} would be shared by all apps of this recipe: call it after \`\${STACK_NAME}\``,
      ),
    );
  if (!keys.has("rule")) remarks.push(missing("rule", "Host('${DOMAIN}')"));
  const entrypoints = keys.get("entrypoints");
  if (entrypoints === undefined) remarks.push(missing("entrypoints", "web-secure"));
  const isSecure =
    entrypoints?.value?.includes("web-secure") || [...keys.keys()].some((key) => key.startsWith("tls"));
  if (isSecure) remarks.push(...certificateRemarks(router, keys, missing));
  return remarks;
};

const certificateRemarks = (
  router: string,
  keys: ReadonlyMap<string, Entry>,
  missing: (key: string, value: string) => LintRemark,
): LintRemark[] => {
  const resolver = keys.get("tls.certresolver");
  if (resolver === undefined) return [missing("tls.certresolver", "${LETS_ENCRYPT_ENV}")];
  return /\$\{?LETS_ENCRYPT_ENV\b/.test(resolver.value ?? "")
    ? []
    : [
        remarkOnEntry(
          resolver,
          `the router ${shown(router)} always asks ${shown(resolver.value ?? "")} for its certificate: write \`\${LETS_ENCRYPT_ENV}\`, by which who runs the app chooses`,
        ),
      ];
};

const domainRemarks = (routed: readonly [string, Labels][], reading: Reading): LintRemark[] => {
  const rules = routed.flatMap(([service, labels]) =>
    [...routersIn(labels).values()].flatMap((keys) => {
      const rule = keys.get("rule");
      return rule === undefined ? [] : [{ service, rule }];
    }),
  );
  const [first] = rules;
  if (first === undefined || rules.some(({ rule }) => /\$\{?DOMAIN\b/.test(rule.value ?? ""))) return [];
  return [
    remarkOnEntry(
      first.rule,
      `no router's rule holds \`\${DOMAIN}\`, so the app of ${shown(reading.recipe)} is not where it was asked to be: write it into this one`,
    ),
  ];
};
