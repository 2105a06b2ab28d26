/** By which keys the recipe's files call the network `proxy`, which all apps of a host share. */
import { partsOf } from "./reading.ts";
import { lastAt, textOf, type Written } from "./written.ts";

export const proxyKeys = (compose: readonly Written[]): Set<string> =>
  new Set(
    [...partsOf(compose, "networks")]
      .filter(
        ([key, parts]) =>
          (textOf(lastAt(parts, "name") ?? lastAt(parts, "external", "name")) ?? key) === "proxy",
      )
      .map(([key]) => key),
  );
