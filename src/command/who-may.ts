/**
 * Who may do what: by command, whoever has a permission on the repository or is in a team, as the bot's settings say. A run executes
 * the pull request's code on our host, so nothing is anybody's: reading is no permission here, and bots never may, since two
 * bots that answer each other never stop. It knows what GitHub said and asks nothing; what GitHub could not say is no "no".
 */

export const PERMITS = ["run", "cancel", "retry", "approve", "admin"] as const;
export type Permit = (typeof PERMITS)[number];
export type Clause =
  | { is: "permission"; least: "write" | "admin" }
  | { is: "team"; org: string; slug: string };
/** One of them is enough; none of them lets nobody. */
export type Rule = readonly Clause[];
export type WhoMay = Readonly<Record<Permit, Rule>>;

/** `because`: what allowed it, or why not, for the audit log. */
export type May = { is: "allowed" | "refused" | "unknown"; because: string };
/** What GitHub said of a clause. */
export type Said = { clause: Clause; is: "yes" | "no" | "unknown" };

/** `write, @coop-cloud/testers`; `nobody`. Null where it is none. */
export function parseRule(text: string): Rule | null {
  if (text.trim().toLowerCase() === "nobody") return [];
  const clauses = text.split(",").map((word) => parseClause(word.trim()));
  return clauses.every((clause) => clause !== null) ? clauses : null;
}

function parseClause(word: string): Clause | null {
  if (word === "write" || word === "admin") return { is: "permission", least: word };
  const [, org, slug] = /^@([A-Za-z0-9-]+)\/([A-Za-z0-9_.-]+)$/.exec(word) ?? [];
  return org !== undefined && slug !== undefined ? { is: "team", org, slug } : null;
}

export function mayOf(said: readonly Said[]): May {
  const yes = said.find(({ is }) => is === "yes");
  if (yes) return { is: "allowed", because: clauseName(yes.clause) };
  const unsaid = said.filter(({ is }) => is === "unknown").map(({ clause }) => clauseName(clause));
  if (unsaid.length > 0) return { is: "unknown", because: `GitHub did not say: ${unsaid.join(", ")}` };
  const wanted = said.map(({ clause }) => clauseName(clause)).join(", ");
  return { is: "refused", because: wanted === "" ? "nobody may" : `has none of: ${wanted}` };
}

export const isPermitted = (
  permission: "admin" | "write" | "read" | "none",
  least: "write" | "admin",
): boolean => permission === "admin" || permission === least;

const clauseName = (clause: Clause): string =>
  clause.is === "permission" ? `${clause.least} permission` : `team ${clause.org}/${clause.slug}`;

/** What each is called, and what somebody who may would type. */
const WORDS: Readonly<Record<Permit, { act: string; type: string }>> = {
  run: { act: "start a test run", type: "!testme" },
  cancel: { act: "end a test run", type: "!testme cancel" },
  retry: { act: "take a stage again", type: "!testme" },
  approve: { act: "approve a stranger's commit", type: "!testme approve <sha>" },
  admin: { act: "look after the bot", type: "!testme" },
};

export const sorry = (permit: Permit, rule: Rule, login: string): string => {
  const { act, type } = WORDS[permit];
  return rule.length === 0
    ? `Sorry @${login}, nobody can ${act} here: the settings of this bot say so.`
    : `Sorry @${login}, only ${ruleWords(rule)} can ${act}: please ask one of them to comment \`${type}\` here.`;
};

/** A team stands in code, so that nobody of it is called. */
const ruleWords = (rule: Rule): string =>
  rule
    .map((clause) =>
      clause.is === "permission"
        ? `people with ${clause.least} access to this repository`
        : `members of the team \`${clause.org}/${clause.slug}\``,
    )
    .join(" or ");

export const unsaid = (permit: Permit, { because }: May, login: string): string =>
  `I could not find out whether @${login} may ${WORDS[permit].act}, so I did nothing. That is no "no": ${because}. Please comment \`${WORDS[permit].type}\` again later; if it stays so, whoever runs this bot finds more in its log.`;

export const isBot = (sender: { login: string; type: string }): boolean =>
  sender.type === "Bot" || isBotName(sender.login);

export const isBotName = (login: string): boolean => login.endsWith("[bot]");
