/**
 * Kills bot after bot, each at a moment of its own: a random one, or one at which a run's phase shows, and then a little
 * later. A deck of aims is drawn in the order that the seed gives, so that each is had equally often. Most bots live until some of
 * the runs that the death before it hit are over, because one whose process dies twice is given up by design.
 */
import { setTimeout as delay } from "node:timers/promises";
import { shuffled } from "../statistics.ts";
import type { Bots } from "./bots.ts";
import type { Hub, News } from "./news.ts";

type Aim = {
  name: string;
  /** It dies within its first breaths, whatever goes on. */
  isAtStart?: boolean;
  /** What is waited for. */
  at?: (news: News) => boolean;
  /** It dies at most so long after that. */
  thenMs: number;
  /** SIGTERM first; it is killed in the midst of its ending. */
  isAsked?: boolean;
};

const AIMS: readonly Aim[] = [
  { name: "any moment", thenMs: 20_000 },
  { name: "its start", isAtStart: true, thenMs: 2_500 },
  { name: "accept, unconfirmed", at: isCommand("asked"), thenMs: 25 },
  { name: "accept, confirmed", at: isCommand("answered"), thenMs: 250 },
  { name: "update", at: isService("updating"), thenMs: 900 },
  { name: "teardown", at: isService("removed"), thenMs: 900 },
  { name: "between stages", at: isBetween, thenMs: 150 },
  { name: "report", at: isReport, thenMs: 4 },
  { name: "report of an end", at: isLastWord, thenMs: 4 },
  { name: "its end", thenMs: 4_000, isAsked: true },
];
const SHARE_OF_LONG_LIVES = 0.75;
const LIVES_AT_MOST_MS = 90_000;
const COMES_WITHIN_MS = 20_000;

type Ports = {
  bots: Bots;
  hub: Hub;
  random: () => number;
  /** How many runs are open that saw a death. */
  hit: () => number;
  /** In the breath before the kill. */
  dies: (aim: string) => void;
  starts: () => void;
  /** Where it listens, or that nobody does. */
  listens: (url: string | null) => void;
};

/** Until the signal; a bot lives when it is over. */
export const killBots = async (
  { bots, hub, random, hit, dies, starts, listens }: Ports,
  over: AbortSignal,
): Promise<void> => {
  const within = (ms: number): AbortSignal => AbortSignal.any([over, AbortSignal.timeout(ms)]);
  const wait = (ms: number): Promise<void> => delay(ms, undefined, { signal: over }).catch(() => undefined);
  const live = async (): Promise<void> => {
    const ends = random() < SHARE_OF_LONG_LIVES ? Math.ceil(random() * hit()) : 0;
    const patience = within(LIVES_AT_MOST_MS);
    for (let n = 0; n < ends && !patience.aborted; n++) await hub.next(({ is }) => is === "end", patience);
  };
  const moment = async ({ isAtStart = false, at, thenMs, isAsked = false }: Aim): Promise<void> => {
    if (!isAtStart) await live();
    if (at) await hub.next(at, within(COMES_WITHIN_MS));
    const thenIn = random() * thenMs;
    if (isAsked && !over.aborted) await bots.stop(thenIn);
    else await wait(thenIn);
  };
  const start = async (): Promise<void> => {
    starts();
    listens(await bots.start());
  };
  let deck: Aim[] = [];
  let starting = start();
  while (!over.aborted) {
    if (deck.length === 0) deck = shuffled(AIMS, random);
    const aim = deck.pop();
    if (!aim) break;
    if (!aim.isAtStart) await starting;
    await moment(aim);
    if (over.aborted) break;
    dies(aim.name);
    await bots.kill();
    await starting;
    listens(null);
    starting = start();
  }
  await starting;
};

function isCommand(at: "asked" | "answered") {
  return (news: News): boolean => news.is === "command" && news.at === at;
}
function isService(did: "updating" | "removed") {
  return (news: News): boolean => news.is === "service" && news.did === did;
}
function isReport(news: News): boolean {
  return news.is === "check-run" && news.at === "asked" && !news.isFinished;
}
function isLastWord(news: News): boolean {
  return news.is === "check-run" && news.at === "asked" && news.isFinished;
}
function isBetween(news: News): boolean {
  return news.is === "check-run" && news.at === "answered" && news.isFinished && !news.isLast;
}
