/** Labels where nobody reads them. */
import { remarkOnEntry } from "../reading.ts";
import { shown } from "../remark.ts";
import type { Rule } from "../rule.ts";
import { at, entriesOf } from "../written.ts";

export const labelPlace: Rule = {
  name: "label-place",
  severity: "error",
  asks: "Labels for abra, traefik and the backup bot stand under `deploy.labels`",
  why: "What stands under `labels` is written on containers. In a swarm all three look at services, and see nothing of it.",
  instead: "Move these labels from `labels` to `deploy.labels`.",
  check: ({ services }) =>
    [...services].flatMap(([service, parts]) =>
      parts
        .flatMap((part) => entriesOf(at(part, "labels")))
        .filter(({ key }) => /^(traefik|coop-cloud|backupbot)\./.test(key))
        .map((entry) =>
          remarkOnEntry(
            entry,
            `${shown(entry.key)} stands under the \`labels\` of ${shown(service)}, where nobody reads it: move it to \`deploy.labels\``,
          ),
        ),
    ),
};
