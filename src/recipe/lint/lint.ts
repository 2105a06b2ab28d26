/**
 * The conventions of a recipe, held against one. Invariant: a report names every rule, in one order, whatever the recipe; and a
 * recipe that cannot be read keeps no rule, it is only said which file it is.
 */
import { ABRA_SH, ENV_SAMPLE, README, readingOf } from "./reading.ts";
import type { LintReport, LintResult, Rule } from "./rule.ts";
import { annotatedTags } from "./rules/annotated-tags.ts";
import { appService } from "./rules/app-service.ts";
import { backedUp } from "./rules/backed-up.ts";
import { backupLabels } from "./rules/backup-labels.ts";
import { composeReadable } from "./rules/compose-readable.ts";
import { composeVersion } from "./rules/compose-version.ts";
import { configVersion } from "./rules/config-version.ts";
import { envSample } from "./rules/env-sample.ts";
import { envUsed } from "./rules/env-used.ts";
import { healthcheck } from "./rules/healthcheck.ts";
import { ignoredKeys } from "./rules/ignored-keys.ts";
import { imageTagged } from "./rules/image-tagged.ts";
import { internalHosts } from "./rules/internal-hosts.ts";
import { labelPlace } from "./rules/label-place.ts";
import { mapKeys } from "./rules/map-keys.ts";
import { optionsNamed } from "./rules/options-named.ts";
import { proxyNetwork } from "./rules/proxy-network.ts";
import { readmeMetadata } from "./rules/readme-metadata.ts";
import { secretLength } from "./rules/secret-length.ts";
import { secretName } from "./rules/secret-name.ts";
import { timeoutLabel } from "./rules/timeout-label.ts";
import { traefikLabels } from "./rules/traefik-labels.ts";
import { variablesNamed } from "./rules/variables-named.ts";
import { versionBehind } from "./rules/version-behind.ts";
import { versionLabel } from "./rules/version-label.ts";
import type { LintSubject } from "./subject.ts";

/** Errors first. */
export const RULES: readonly Rule[] = [
  composeReadable,
  appService,
  imageTagged,
  envSample,
  variablesNamed,
  versionLabel,
  annotatedTags,
  configVersion,
  secretName,
  backupLabels,
  proxyNetwork,
  traefikLabels,
  labelPlace,
  mapKeys,
  composeVersion,
  healthcheck,
  optionsNamed,
  envUsed,
  versionBehind,
  secretLength,
  timeoutLabel,
  backedUp,
  internalHosts,
  ignoredKeys,
  readmeMetadata,
];

export const lint = (subject: LintSubject): LintReport => {
  const reading = readingOf(subject);
  const isReadable = composeReadable.check(reading).length === 0;
  return {
    rules: RULES.map((rule) => {
      const isAsked = isReadable || rule === composeReadable;
      return resultOf(rule, isAsked ? rule.check(reading) : "not-applicable");
    }),
  };
};

/** No recipe has as many. */
const MOST_OVERLAYS = 100;
/** What more of one kind is said nobody reads. */
const MOST_REMARKS = 50;

const resultOf = ({ name, severity }: Rule, found: ReturnType<Rule["check"]>): LintResult => {
  if (found === "not-applicable") return { rule: name, status: found, severity, remarks: [] };
  const more = found.length - MOST_REMARKS;
  const last = found[MOST_REMARKS];
  const remarks =
    more > 0 && last
      ? [
          ...found.slice(0, MOST_REMARKS),
          { file: last.file, line: null, message: `and ${more} more of the same kind` },
        ]
      : found;
  return { rule: name, status: found.length === 0 ? "kept" : "broken", severity, remarks };
};

/**
 * The files besides the merged compose files that the rules want to see: those that each recipe has, and the compose files that
 * its .env.sample names without merging them, since variables may be theirs.
 */
export const filesToLint = (envSampleText: string): string[] => {
  const named = envSampleText
    .split(/[^\w./-]+/)
    .map((path) => path.replace(/^(?:\.\/)+/, ""))
    .filter((path) => /\.ya?ml$/.test(path) && !path.startsWith("/") && !path.split("/").includes(".."));
  return [ENV_SAMPLE, ABRA_SH, README, ...[...new Set(named)].slice(0, MOST_OVERLAYS)];
};
