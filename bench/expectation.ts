/** What the recorder and the judge are told before a scenario is deployed. */
import { Commit } from "../src/recipe/commit.ts";
import { stampLabel } from "../src/recipe/stamp.ts";
import type { Expectation } from "../src/verdict/observation.ts";
import { HEAD, type Scenario } from "./scenario.ts";

export const expectationOf = (scenario: Scenario, stack: string): Expectation => {
  const services = Object.keys(scenario.head);
  const imageOf = (service: string) =>
    scenario.wantedImage ?? scenario.head[service]?.image ?? "testme/fixture:1";
  return {
    recipe: "bench",
    stack,
    commit: Commit.parse(HEAD.padEnd(40, "0")),
    stampLabel: stampLabel(stack),
    stampedService: `${stack}_app`,
    services: services.map((service) => `${stack}_${service}`),
    images: Object.fromEntries(services.map((service) => [`${stack}_${service}`, imageOf(service)])),
    lent: {},
    isUnderTest: true,
  };
};
