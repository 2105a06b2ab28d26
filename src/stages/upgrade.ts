/**
 * Upgrade: the base comes up and serves, then the head is deployed over it in place. A base that is the head would upgrade
 * nothing and pass for ever, so it is refused here whoever proposed it.
 */
import type { Skip, Stage, Version } from "./stage.ts";

export const upgrade = (base: Version | { is: "none"; reason: string }, head: Version): Stage | Skip => {
  if (base.is === "none") return { name: "upgrade", skip: base.reason };
  if (base.commit === head.commit)
    return { name: "upgrade", skip: `${base.ref} is the head itself, so there is nothing to upgrade from` };
  return {
    name: "upgrade",
    steps: [
      { act: "remove", why: "an earlier run may have died here" },
      ...[base, head].flatMap((version) => [
        { act: "check-out", version } as const,
        { act: "roll-out", version } as const,
        { act: "probe", version } as const,
      ]),
    ],
    cleanup: [{ act: "remove", why: "the upgrade stage is over" }],
  };
};
