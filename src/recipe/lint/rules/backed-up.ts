/**
 * Volumes of which no backup label speaks, by volume and not by service: one that two services share is spoken of once.
 */
import { deployLabels, partsOfService, remarkBeside } from "../reading.ts";
import { shown } from "../remark.ts";
import type { Rule } from "../rule.ts";

export const backedUp: Rule = {
  name: "backed-up",
  severity: "warning",
  asks: "Of each volume the recipe says whether it is backed up",
  why: "What no label speaks of is in no backup, and people learn that on the day they need it.",
  instead:
    "Write `backupbot.backup=true` to the `deploy.labels` of a service that mounts the volume, or `backupbot.backup=false` where it may be lost.",
  check: (reading) => {
    const mounts = reading.config.references.filter(({ kind }) => kind === "volume");
    if (mounts.length === 0) return "not-applicable";
    const speaking = new Set(
      [...reading.services]
        .filter(([, parts]) => deployLabels(parts).some(({ key }) => key === "backupbot.backup"))
        .map(([name]) => name),
    );
    const spokenOf = new Set(mounts.filter(({ service }) => speaking.has(service)).map(({ name }) => name));
    const silent = new Map(
      mounts.filter(({ name }) => !spokenOf.has(name)).map((mount) => [mount.name, mount]),
    );
    return [...silent.values()].map(({ service, name }) =>
      remarkBeside(
        partsOfService(reading, service),
        ["volumes"],
        `nothing says whether the volume ${shown(name)} is backed up: write \`backupbot.backup=true\` to the \`deploy.labels\` of ${shown(service)}, or \`=false\` where it may be lost`,
      ),
    );
  },
};
