/**
 * What goes wrong at GitHub, and how often: a share of all requests, whatever they are for and whenever they come, in peace too, is
 * refused, cut before or after the act, or slow; and now and then GitHub is away for some seconds, after an act whose answer is
 * lost. Of the webhooks only those of commands are lost, and none in peace: GitHub does not send them again by itself, and a bot
 * looks for them at its start and by the hour.
 */
import type { Exchange, Trouble } from "./relay.ts";

const SHARE = 0.05;
const SHARE_OF_COMMANDS = 0.15;
const AWAY_MS = [2_000, 8_000] as const;

const refused = (status: number, headers: Record<string, string> = {}): Trouble => ({
  is: "refused",
  status,
  headers,
});
export type Troubles = ReturnType<typeof createTroubles>;

export const createTroubles = (random: () => number) => {
  const tally = new Map<string, number>();
  let areCommandsSpared = false;
  const slow = (): Trouble => ({
    is: "slow",
    when: random() < 0.5 ? "before" : "after",
    ms: 300 + random() * 3_000,
  });
  const cut = (): Trouble => ({ is: "cut", when: random() < 0.5 ? "before" : "after" });
  let backAtMs = 0;
  const away = (): Trouble => {
    const [low, high] = AWAY_MS;
    backAtMs = Date.now() + low + random() * (high - low);
    return { is: "cut", when: "after" };
  };
  const kinds: readonly (() => Trouble)[] = [
    () => refused(500),
    () => refused(502),
    () => refused(403, { "retry-after": "1" }),
    cut,
    cut,
    slow,
    slow,
    away,
  ];
  const oneOf = <T>(all: readonly T[]): T | undefined => all[Math.floor(random() * all.length)];
  const count = (trouble: Trouble | null | undefined, whom: string): Trouble | null => {
    if (!trouble) return null;
    const kind = trouble.is === "refused" ? String(trouble.status) : `${trouble.is} ${trouble.when}`;
    const name = `${whom} ${kind}`;
    tally.set(name, (tally.get(name) ?? 0) + 1);
    return trouble;
  };
  return {
    /** Of a request of the bot's. */
    atGitHub(): Trouble | null {
      if (Date.now() < backAtMs) return count(refused(503), "request");
      return random() < SHARE ? count(oneOf(kinds)?.(), "request") : null;
    },
    onTheWay({ event }: Exchange): Trouble | null {
      if (areCommandsSpared || event !== "issue_comment") return null;
      return random() < SHARE_OF_COMMANDS ? count(oneOf([cut, slow])?.(), "webhook") : null;
    },
    spareCommands: (): void => {
      areCommandsSpared = true;
    },
    count: (): number => [...tally.values()].reduce((sum, n) => sum + n, 0),
    tally: (): ReadonlyMap<string, number> => tally,
  };
};
