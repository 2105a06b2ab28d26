/** Where an image comes from, and whether it may. */
import ipaddr from "ipaddr.js";
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
  if (ipaddr.isValid(host)) return ipaddr.process(host).range() !== "unicast";
  return !host.includes(".") || /\.(?:localhost|local|internal|intranet|lan|home|corp|arpa)$/.test(host);
};
