/** The one network that is not the recipe's own. */
import { proxyKeys } from "../proxy-keys.ts";
import { partsOf, partsOfService, remarkBeside, remarkOn, routedServices } from "../reading.ts";
import { shown } from "../remark.ts";
import type { Rule } from "../rule.ts";

export const proxyNetwork: Rule = {
  name: "proxy-network",
  severity: "error",
  asks: "What the proxy serves joins the external network `proxy`",
  why: "The proxy reaches an app over the network that all apps share with it. A network `proxy` of the stack's own has no proxy in it.",
  instead:
    "Declare `proxy:` with `external: true` under `networks`, and list `proxy` under the service's own `networks`.",
  check: (reading) => {
    const routed = routedServices(reading).map(([name]) => name);
    if (routed.length === 0) return "not-applicable";
    const { config, compose } = reading;
    const keys = proxyKeys(compose);
    if (!config.externalNetworks.includes("proxy")) {
      const declared = partsOf(compose, "networks").get("proxy");
      return declared
        ? [
            remarkOn(
              declared,
              [],
              "this `proxy` is a network of the stack's own, which no proxy joins: write `external: true`",
            ),
          ]
        : [
            remarkBeside(
              compose,
              ["networks"],
              "no file declares the network `proxy`: write `proxy:` with `external: true` under `networks`",
            ),
          ];
    }
    return routed
      .filter(
        (name) =>
          !config.references.some((r) => r.service === name && r.kind === "network" && keys.has(r.name)),
      )
      .map((name) =>
        remarkBeside(
          partsOfService(reading, name),
          ["networks"],
          `${shown(name)} has traefik labels and does not join \`proxy\`: list it under its \`networks\``,
        ),
      );
  },
};
