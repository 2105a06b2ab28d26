/**
 * Labels for the backup bot that it does not know, that are of no effect, or that contradict each other. What a hook does
 * is left to the backup stage.
 */
import { byKey, deployLabels, type Reading, remarkOnEntry } from "../reading.ts";
import { type LintRemark, listed, shown } from "../remark.ts";
import type { Rule } from "../rule.ts";
import type { Entry } from "../written.ts";

const hooks = ["backup.pre-hook", "backup.post-hook", "restore.pre-hook", "restore.post-hook"];
const older = ["backup.path", "backup.command"];
const known = ["backup", ...hooks, ...older, "restore"].map((key) => `backupbot.${key}`);

export const backupLabels: Rule = {
  name: "backup-labels",
  severity: "error",
  asks: "The `backupbot.*` labels are those that the backup bot knows",
  why: "A label that is misspelt, or that names a volume which is not there, changes nothing, and says nothing: the backup is taken without it.",
  instead: `Known are \`backupbot.backup=true\`, ${hooks.map((hook) => `\`backupbot.${hook}\``).join(", ")}, \`backupbot.backup.volumes.<volume>=false\` and \`backupbot.backup.volumes.<volume>.path\`. The older \`backupbot.backup.path\` stands alone or not at all. All of a service's labels want its \`backupbot.backup\`.`,
  check: (reading) => {
    const labels = [...reading.services].map(([service, parts]) => ({
      service,
      entries: [...byKey(deployLabels(parts)).values()].filter(({ key }) => key.startsWith("backupbot.")),
    }));
    if (labels.every(({ entries }) => entries.length === 0)) return "not-applicable";
    return labels.flatMap(({ service, entries }) => [
      ...entries.flatMap((entry) => ofOne(entry, service, reading)),
      ...togetherness(service, entries),
    ]);
  },
};

const ofOne = (entry: Entry, service: string, { config }: Reading): LintRemark[] => {
  const { key, value } = entry;
  const volume = /^backupbot\.backup\.volumes\.(.+?)(\.path)?$/.exec(key);
  if (volume === null && !known.includes(key))
    return [
      remarkOnEntry(
        entry,
        `the backup bot knows no ${shown(key)}: write one of ${listed(known)}, \`backupbot.backup.volumes.<volume>\``,
      ),
    ];
  const mounted = config.references.filter((used) => used.service === service && used.kind === "volume");
  const name = volume?.[1];
  if (name !== undefined && !mounted.some((used) => used.name === name)) {
    const there = listed([...new Set(mounted.map((used) => used.name))]);
    return [
      remarkOnEntry(
        entry,
        `${shown(service)} mounts no volume ${shown(name)} (it mounts: ${there}): name one of its own`,
      ),
    ];
  }
  const isSwitch = key === "backupbot.backup" || (volume !== null && volume[2] === undefined);
  return isSwitch && !/^(true|false)$/.test(value ?? "") && !value?.includes("$")
    ? [remarkOnEntry(entry, `${shown(key)} is ${shown(value ?? "")}: write \`true\` or \`false\``)]
    : [];
};

const togetherness = (service: string, entries: readonly Entry[]): LintRemark[] => {
  const [first] = entries;
  const old = entries.find(({ key }) => older.some((name) => key === `backupbot.${name}`));
  const remarks: LintRemark[] = [];
  if (first && !entries.some(({ key }) => key === "backupbot.backup"))
    remarks.push(
      remarkOnEntry(
        first,
        `${shown(service)} has no \`backupbot.backup\`, so ${shown(first.key)} is never looked at: write \`backupbot.backup=true\` beside it`,
      ),
    );
  if (old && entries.some(({ key }) => key.startsWith("backupbot.backup.volumes.")))
    remarks.push(
      remarkOnEntry(
        old,
        `${shown(old.key)} is the older way, and stands beside the newer \`backupbot.backup.volumes.<volume>\`: keep to the newer one`,
      ),
    );
  return remarks;
};
