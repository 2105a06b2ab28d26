// biome-ignore-all lint/suspicious/noTemplateCurlyInString: compose's interpolation, not JavaScript's.
/**
 * Keys of docker compose that docker takes without a word, or with one that nobody sees, and that change nothing in a
 * swarm.
 */
import { remarkOn } from "../reading.ts";
import { type LintRemark, shown } from "../remark.ts";
import type { Rule } from "../rule.ts";
import { lastAt, type Written } from "../written.ts";

/** What Swarm does not do, and what does it there. */
const ignored: ReadonlyMap<string, string> = new Map([
  ["build", "name an image that is built and pushed elsewhere"],
  ["cgroup_parent", "take it out"],
  ["container_name", "take it out: others find the service as `${STACK_NAME}_<service>`"],
  [
    "depends_on",
    "take it out, and let the service wait by itself for what it needs: Swarm starts all at once",
  ],
  ["devices", "take it out, or mount what is needed as a volume"],
  ["domainname", "take it out, or use `hostname`"],
  ["expose", "take it out: on a network of its own a service reaches every port"],
  ["external_links", "take it out, and join a network"],
  ["ipc", "take it out"],
  ["links", "take it out, and join a network"],
  ["mac_address", "take it out"],
  ["network_mode", "take it out, and join a network"],
  ["pid", "take it out"],
  ["privileged", "take it out, and name what is needed under `cap_add`"],
  ["security_opt", "take it out"],
  ["shm_size", "mount a `tmpfs` at `/dev/shm` under `volumes`"],
  ["userns_mode", "take it out"],
]);

export const ignoredKeys: Rule = {
  name: "ignored-keys",
  severity: "warning",
  asks: "Nothing is written that Swarm passes over",
  why: "The reader believes that it is so, and it is not: the port is open, the order is another, the container has another name.",
  instead: "Take it out, or write what Swarm has for it: the remark names it for each key.",
  check: ({ services }) => [...services].flatMap(([name, parts]) => remarksOn(name, parts)),
};

const remarksOn = (name: string, parts: readonly Written[]): LintRemark[] => [
  ...[...ignored]
    .filter(([key]) => lastAt(parts, key) !== null)
    .map(([key, instead]) =>
      remarkOn(parts, [key], `Swarm passes over ${shown(key)} of ${shown(name)}: ${instead}`),
    ),
  ...restartRemarks(name, parts),
];

/** Without a policy under `deploy`, docker makes one of it. */
const restartRemarks = (name: string, parts: readonly Written[]): LintRemark[] =>
  lastAt(parts, "restart") !== null && lastAt(parts, "deploy", "restart_policy") !== null
    ? [
        remarkOn(
          parts,
          ["restart"],
          `Swarm passes over \`restart\` of ${shown(name)}, which has a \`deploy.restart_policy\`: take it out`,
        ),
      ]
    : [];
