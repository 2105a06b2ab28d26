/**
 * What a Traefik rule would have the shared proxy send to a stack, by https://doc.traefik.io/traefik/routing/routers/#rule. A rule is
 * bound to an app's own hosts if none of its alternatives can match without one of them; what cannot be read is not bound.
 */

/** Names that are nobody's (RFC 2606, RFC 6761): a recipe's own examples. */
const NOBODYS = /(?:^|\.)(?:example|invalid|test|localhost|example\.(?:com|net|org))$/;

const isOwnHost = (host: string, domain: string): boolean => {
  const name = host.toLowerCase().replace(/\.$/, "");
  const own = domain.toLowerCase();
  return name === own || name.endsWith(`.${own}`) || (NOBODYS.test(name) && !NOBODYS.test(own));
};

export const ANY_HOST = "any host";
/** Nobody writes longer ones, and looking through them takes time. */
const MOST_CHARACTERS = 4_096;

/** The hosts that the rule names and that are not the app's; ANY_HOST alone where it is bound to none. */
export const foreignHosts = (rule: string, domain: string): readonly string[] => {
  if (rule.length > MOST_CHARACTERS) return [ANY_HOST];
  const tokens = tokensOf(rule);
  const named = tokens.flatMap((token) => (typeof token === "string" ? [] : token.hosts));
  const foreign = named.filter((host) => !isOwnHost(host, domain));
  if (foreign.length > 0) return foreign;
  return isBound(tokens) ? [] : [ANY_HOST];
};

type Token = "(" | ")" | "&&" | "||" | "!" | "other" | "unreadable" | { hosts: readonly string[] };

const TOKEN =
  /\s+|&&|\|\||!|\w+\s*\((?:\s*(?:`[^`]*`|"[^"]*"|'[^']*')\s*(?:,|(?=\))))*\s*\)|\w+|[()]|[\s\S]/g;

const tokensOf = (rule: string): Token[] =>
  [...rule.matchAll(TOKEN)].flatMap(([text]) => {
    if (text.trim() === "") return [];
    if (["(", ")", "&&", "||", "!"].includes(text)) return [text as Token];
    if (!/^\w+\s*\(/.test(text)) return ["unreadable"];
    const hosts = /^Host(?:SNI)?\s*\(/i.test(text) ? quotedIn(text) : [];
    // A matcher on no name, or on every one, binds to none.
    return hosts.length === 0 || hosts.some((host) => ["", "*"].includes(host)) ? ["other"] : [{ hosts }];
  });

const quotedIn = (matcher: string): string[] =>
  [...matcher.matchAll(/`([^`]*)`|"([^"]*)"|'([^']*)'/g)].map(([, a, b, c]) => (a ?? b ?? c ?? "").trim());

const isBound = (tokens: readonly Token[]): boolean => {
  let at = 0;
  let isRead = true;
  const alternatives = (): boolean => {
    let bound = together();
    while (tokens[at] === "||") {
      at += 1;
      bound = together() && bound;
    }
    return bound;
  };
  const together = (): boolean => {
    let bound = one();
    while (tokens[at] === "&&") {
      at += 1;
      bound = one() || bound;
    }
    return bound;
  };
  const one = (): boolean => {
    const token = tokens[at];
    at += 1;
    if (typeof token === "object") return true;
    if (token === "other") return false;
    if (token === "!") {
      one();
      return false;
    }
    if (token === "(") {
      const bound = alternatives();
      if (tokens[at] !== ")") isRead = false;
      at += 1;
      return bound;
    }
    isRead = false;
    return false;
  };
  const bound = alternatives();
  return bound && isRead && at === tokens.length;
};
