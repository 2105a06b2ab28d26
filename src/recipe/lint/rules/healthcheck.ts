/**
 * Services that Swarm cannot tell from broken ones. An image may bring a healthcheck along, which no file of the recipe
 * shows: hence a warning.
 */
import { remarkBeside, remarkOn } from "../reading.ts";
import { type LintRemark, shown } from "../remark.ts";
import type { Rule } from "../rule.ts";
import { at, itemsOf, lastAt, textOf, type Written } from "../written.ts";

export const healthcheck: Rule = {
  name: "healthcheck",
  severity: "warning",
  asks: "Each service says how one sees that it works",
  why: "Without a healthcheck Swarm calls a service good as soon as its process runs: a broken upgrade is neither seen nor rolled back, and the proxy sends people to an app that does not answer yet.",
  instead:
    'Write `healthcheck:` with a `test` that asks the service itself, as in `test: ["CMD", "curl", "-f", "http://localhost:8080/health"]`. Where the image brings one along, writing it out tells the reader.',
  check: (reading) => [...reading.services].flatMap(([name, parts]) => remarksOn(name, parts)),
};

const remarksOn = (name: string, parts: readonly Written[]): LintRemark[] => {
  // A job ends; there is nothing to watch.
  if (textOf(lastAt(parts, "deploy", "mode"))?.endsWith("-job")) return [];
  const on = (keys: string[], message: string) => [remarkOn(parts, keys, message)];
  const written = lastAt(parts, "healthcheck");
  if (written === null)
    return [
      remarkBeside(
        parts,
        [],
        `${shown(name)} has no healthcheck: write one whose \`test\` asks the service itself (unless its image brings one along)`,
      ),
    ];
  const disabled = at(written, "disable");
  if (/^(true|yes|on|y)$/i.test(textOf(disabled) ?? ""))
    return on(
      ["healthcheck", "disable"],
      `the healthcheck of ${shown(name)} is disabled: write one that works`,
    );
  const test = at(written, "test");
  return (textOf(test) ?? textOf(itemsOf(test)[0] ?? null)) === "NONE"
    ? on(["healthcheck", "test"], `\`NONE\` disables the healthcheck of ${shown(name)}: write one that works`)
    : [];
};
