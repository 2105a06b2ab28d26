/**
 * What an app is to be asked: the probes that testme.yml names, or else `/` on the port that the recipe gives to the proxy. A recipe
 * with neither is asked nothing. Pure.
 */
import type { Probe } from "./recipe-config.ts";
import { routedPort, type StackConfig } from "./stack-config.ts";

/** `service` is the recipe's own name for it. */
export type Question = { service: string; port: number; wants: Probe["wants"] };

const HTTP_PORT = 80;

export const questionsOf = (config: StackConfig, probes: readonly Probe[]): readonly Question[] => {
  const route = routedPort(config);
  if (probes.length === 0)
    return route === null ? [] : [{ ...route, wants: { is: "http", path: "/", codes: null } }];
  return probes.map(({ service, port, wants }) => ({
    service: service ?? mainService(config),
    port: port ?? route?.port ?? HTTP_PORT,
    wants,
  }));
};

/** The one that people come to: which the recipe gives to the proxy, or else the one that every recipe has. */
export const mainService = (config: StackConfig): string => routedPort(config)?.service ?? "app";
