/**
 * What an overlay of testme.yml does beyond its purpose. It is to suit a recipe to the test environment (its memory, its speed, its
 * order of update), and then what is tested is still the recipe. One that pins an image, or brings a service along, has something else
 * tested in the recipe's name; that is told beside the verdict and not forbidden, since now and then it is the only way.
 */
import { isScalar, isSeq, parseDocument } from "yaml";
import { brokenOf } from "./check-sources.ts";
import type { Complaint } from "./complaint.ts";
import { type Child, childAt, childrenIn, keysAt, readSource, type Source } from "./yaml-source.ts";

/**
 * `what` is the path of a key: below the service, or of the file where there is none, as in `image`, `deploy.replicas`, `volumes.data`;
 * or `service`, where the recipe has none of that name.
 */
export type OverlayRemark = { line: number | null; service: string | null; what: string };
export type OverlayRead =
  | { is: "read"; remarks: readonly OverlayRemark[] }
  | { is: "broken"; complaints: readonly Complaint[] };

/** `services` are those of the recipe without the overlay. */
export const judgeOverlay = (file: string, text: string, services: readonly string[]): OverlayRead => {
  const source = readSource(file, text);
  const complaints = brokenOf(source);
  if (complaints.length > 0) return { is: "broken", complaints };
  const top = [...childrenIn(source, source.document?.contents).values()];
  const inServices = [...childrenIn(source, childAt(source, ["services"])?.node).values()];
  return {
    is: "read",
    remarks: [
      ...inServices.flatMap((service) => inService(source, service, services)),
      ...top.flatMap((child) => (OUTSIDE.has(child.key) ? declaredIn(source, child) : [])),
    ],
  };
};

/**
 * For an older version, which lacks services that the overlay suits to the environment: without those. One that has an image is
 * brought along, not suited, and stays.
 */
export const overlayWithin = (text: string, services: readonly string[]): string => {
  const document = parseDocument(text);
  const lacking = keysAt(readSource("", text), ["services"]).filter(
    (service) => !services.includes(service) && !document.hasIn(["services", service, "image"]),
  );
  if (lacking.length === 0) return text;
  for (const service of lacking) document.deleteIn(["services", service]);
  return document.toString({ lineWidth: 0 });
};

const OUTSIDE = new Set(["volumes", "configs", "secrets", "networks"]);

const declaredIn = (source: Source, { key: kind, node }: Child): OverlayRemark[] =>
  [...childrenIn(source, node).values()].map(({ key, at }) => ({
    line: source.lineAt(at),
    service: null,
    what: `${kind}.${key}`,
  }));

const inService = (
  source: Source,
  { key: service, at, node }: Child,
  known: readonly string[],
): OverlayRemark[] =>
  known.includes(service)
    ? beyond(source, node, "").map((found) => ({ service, ...found }))
    : [{ line: source.lineAt(at), service, what: "service" }];

/** What only says how the environment is to treat the service. `deploy` and `healthcheck` are looked into, labels too. */
const ENVIRONMENTAL = new Set([
  "environment",
  "stop_grace_period",
  "healthcheck.interval",
  "healthcheck.timeout",
  "healthcheck.retries",
  "healthcheck.start_period",
  "healthcheck.start_interval",
  "deploy.update_config",
  "deploy.rollback_config",
  "deploy.resources",
  "deploy.restart_policy",
  "deploy.placement",
]);
const LOOKED_INTO = new Set(["deploy", "healthcheck"]);
const LABELS = new Set(["labels", "deploy.labels"]);

type Beyond = { line: number | null; what: string };

const beyond = (source: Source, node: unknown, above: string): Beyond[] =>
  [...childrenIn(source, node).values()].flatMap((child) => {
    const what = `${above}${child.key}`;
    if (ENVIRONMENTAL.has(what) || what.startsWith("x-")) return [];
    if (LOOKED_INTO.has(what)) return beyond(source, child.node, `${what}.`);
    if (LABELS.has(what)) return tellingLabels(source, child, what);
    return [{ line: source.lineAt(child.at), what }];
  });

/** Of labels those that the tests themselves go by. */
const tellingLabels = (source: Source, labels: Child, above: string): Beyond[] =>
  labelsIn(source, labels).flatMap(({ key, at }) =>
    /^(?:backupbot|coop-cloud)\./.test(key) ? [{ line: source.lineAt(at), what: `${above}.${key}` }] : [],
  );

const labelsIn = (source: Source, { node }: Child): { key: string; at: unknown }[] => {
  if (!isSeq(node)) return [...childrenIn(source, node).values()];
  return node.items.map((item) => ({
    key: isScalar(item) ? (String(item.value).split("=", 1)[0] ?? "") : "",
    at: item,
  }));
};
