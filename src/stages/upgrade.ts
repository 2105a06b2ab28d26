/**
 * Upgrade: the base comes up and serves, then the head is deployed over it in place; what only the base had is taken away. A base
 * that is the head would upgrade nothing and pass for ever, so it is refused here whoever proposed it.
 */
import { fresh } from "./fresh.ts";
import type { Skip, Stage, Version } from "./stage.ts";

export const upgrade = (base: Version | { is: "none"; reason: string }, head: Version): Stage | Skip => {
  if (base.is === "none") return { name: "upgrade", skip: base.reason };
  if (base.commit === head.commit)
    return { name: "upgrade", skip: `${base.ref} is the head itself, so there is nothing to upgrade from` };
  return {
    name: "upgrade",
    on: "nothing",
    steps: [
      ...fresh(base),
      { act: "check-out", version: head },
      { act: "pull", version: head },
      { act: "roll-out", version: head },
      { act: "remove-orphans", version: head },
      { act: "probe", version: head },
    ],
    cleanup: [{ act: "remove", why: "the upgrade stage is over" }],
  };
};
