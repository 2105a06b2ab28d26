/**
 * The bot's own secrets, kept out of whatever leaves it: its log, what a stage came to, what GitHub is told. Those of an app are taken
 * out where they come in (swarm/redaction.ts); this is the last door, and it knows what no app should ever have said.
 */
import type { GitHub } from "../github/github.ts";
import { learn, type Mask, maskShapes, replacing } from "../report/mask.ts";
import { Fault } from "../verdict/fault.ts";

/** Tokens live for an hour; a bot is given far fewer in that time. */
const TOKENS_KEPT = 200;
const SHORTEST = 8;

export type Masks = {
  hide: Mask;
  /** The same thing, each text in it without secrets: lists, plain objects and faults are gone through, whatever else stays. */
  hideIn: <T>(thing: T) => T;
  /** What GitHub has lent us for an hour, however git and HTTP write it. */
  learnToken: (token: string) => void;
};

/** `own`: what to call each, by its value. */
export const createMasks = (own: ReadonlyMap<string, string>): Masks => {
  let tokens: readonly string[] = [];
  let replaceKnown: Mask | null = null;
  const replacer = (): Mask => {
    const known = new Map<string, string>();
    for (const [secret, name] of own) learn(known, secret, `<redacted ${name}>`, SHORTEST);
    for (const token of tokens) learn(known, token, "<redacted token>", SHORTEST);
    return replacing(known);
  };
  const hide: Mask = (text) => {
    replaceKnown ??= replacer();
    return maskShapes(replaceKnown(text));
  };
  return {
    hide,
    // TypeScript cannot see that what is made of a thing text by text has its type.
    hideIn: <T>(thing: T) => inEachText(thing, hide) as T,
    learnToken(token) {
      if (tokens.includes(token)) return;
      tokens = [...tokens.slice(1 - TOKENS_KEPT), token];
      replaceKnown = null;
    },
  };
};

/** What is the same object in two places stays one: who judges asks whether two readings are the same. `done`: by what it was. */
const inEachText = (thing: unknown, hide: Mask, done = new Map<unknown, unknown>()): unknown => {
  if (typeof thing === "string") return hide(thing);
  if (done.has(thing)) return done.get(thing);
  const masked = inside(thing, (part) => inEachText(part, hide, done));
  done.set(thing, masked);
  return masked;
};

const inside = (thing: unknown, masked: (part: unknown) => unknown): unknown => {
  if (Array.isArray(thing)) return thing.map(masked);
  if (thing instanceof Fault)
    return new Fault(thing.party, String(masked(thing.message)), String(masked(thing.mend)), thing.cause);
  if (!isPlain(thing)) return thing;
  return Object.fromEntries(Object.entries(thing).map(([name, value]) => [name, masked(value)]));
};

const isPlain = (thing: unknown): thing is object =>
  typeof thing === "object" && thing !== null && Object.getPrototypeOf(thing) === Object.prototype;

/** Whatever it is told is told without secrets. */
export const maskedGitHub = (github: GitHub, { hide, hideIn }: Masks): GitHub => ({
  ...github,
  comment: (repository, issue, body, key) => github.comment(repository, issue, hide(body), key),
  createCheckRun: (repository, checkRun) => github.createCheckRun(repository, hideIn(checkRun)),
  updateCheckRun: (repository, id, checkRun) => github.updateCheckRun(repository, id, hideIn(checkRun)),
});
