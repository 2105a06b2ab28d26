/** Where an image comes from, and whether it may. */
import { BlockList, isIP } from "node:net";
import type { RecipePolicy } from "./policy.ts";

/** The rule's name. */
export const REGISTRIES = "registries";

/** As docker tells a registry from the first part of a name. */
export const registryOf = (image: string): string => {
  const [first = "", ...rest] = image.split("/");
  const isHost = rest.length > 0 && (/[.:]/.test(first) || first === "localhost");
  return isHost && first !== "index.docker.io" ? first : "docker.io";
};

/** Of a service, and of a recipe's own test. */
export const allowsImage = (image: string, { registries, allows }: RecipePolicy): boolean => {
  const registry = registryOf(image);
  return (
    (registries === null ? !isNear(registry) : registries.includes(registry)) || allows(REGISTRIES, registry)
  );
};

/** On the engine's own host or network, by its address or by a name that only a network of its own knows. */
const isNear = (registry: string): boolean => {
  const host = registry
    .replace(/:\d+$/, "")
    .replaceAll(/^\[|\]$/g, "")
    .toLowerCase()
    .replace(/\.$/, "");
  if (isIP(host) !== 0) return NEAR.check(host, isIP(host) === 6 ? "ipv6" : "ipv4");
  return !host.includes(".") || /\.(?:localhost|local|internal|intranet|lan|home|corp|arpa)$/.test(host);
};

/** Addresses that are no public ones: RFC 6890, and what translates to an IPv4 address. Mapped ones are looked up as what they map. */
const NEAR = new BlockList();
for (const [net, bits] of [
  ["0.0.0.0", 8],
  ["10.0.0.0", 8],
  ["100.64.0.0", 10],
  ["127.0.0.0", 8],
  ["169.254.0.0", 16],
  ["172.16.0.0", 12],
  ["192.168.0.0", 16],
  ["198.18.0.0", 15],
  ["224.0.0.0", 3],
] as const)
  NEAR.addSubnet(net, bits, "ipv4");
for (const [net, bits] of [
  ["::", 96],
  ["64:ff9b::", 96],
  ["fc00::", 7],
  ["fe80::", 10],
  ["ff00::", 8],
] as const)
  NEAR.addSubnet(net, bits, "ipv6");
