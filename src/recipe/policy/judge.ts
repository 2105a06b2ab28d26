/**
 * Holds a merged recipe against what a bot's operator allows. Default deny: a key that no rule knows is refused as well.
 * Invariant: pure, and each refusal says its rule, its place and the way out.
 */
import { readSources } from "../check-sources.ts";
import type { Complaint, Sources } from "../complaint.ts";
import { placed } from "../place.ts";
import { type Asked, readAsked } from "./asked.ts";
import { hostRules } from "./host-rules.ts";
import type { RecipePolicy } from "./policy.ts";
import type { Rule } from "./rule.ts";
import { runRules } from "./run-rules.ts";
import { stackRules } from "./stack-rules.ts";

export const RULES: readonly Rule[] = [...hostRules, ...stackRules, ...runRules];
export const RULE_NAMES: ReadonlySet<string> = new Set(RULES.map(({ name }) => name));

/** More would only bury the first. */
const MOST_TOLD = 20;

/** `yaml` is what `docker stack config` printed; docker prints paths in full, those below `directory` are the recipe's. */
export const judgeStack = (
  yaml: string,
  sources: Sources,
  place: Pick<Asked, "stack" | "directory" | "domain">,
  policy: RecipePolicy,
): readonly Complaint[] => {
  const asked = readAsked(yaml, place);
  const refusals = RULES.flatMap((rule) =>
    rule
      .check(asked, policy)
      .filter(({ what }) => !policy.allows(rule.name, what))
      .map((refusal) => ({ rule, ...refusal })),
  ).slice(0, MOST_TOLD);
  if (refusals.length === 0) return [];
  const read = readSources(sources);
  return refusals.map(({ rule, path, says, written }) => {
    const fits = (text: string) => written !== undefined && written !== "" && text.includes(written);
    return placed(read, path, reasonOf(rule, withoutHost(says, sources, place.directory)), fits);
  });
};

const reasonOf = ({ name, instead }: Rule, says: string): string =>
  `refused by policy (${name}): ${says}. The way out: ${instead}; or whoever runs the bot allows it in POLICY`;

/** A path that leads out of the recipe shows where on our host the recipe lies, unless it was written so. */
const withoutHost = (says: string, sources: Sources, directory: string): string =>
  says
    .split(" ")
    .map((word) => {
      const [, top = ""] = directory.split("/");
      const isOurs = word.startsWith(`/${top}`) && ![...sources.values()].some((text) => text.includes(word));
      return isOurs ? "a path outside the recipe" : word;
    })
    .join(" ");
