/**
 * Each lane asks for a run, waits for its end, and asks again as long as more rounds are wanted. A round counts once a bot died
 * while its run was open; a run that nobody disturbed is held to the same promise and counts as none.
 */
import { TWO_STAGES } from "../../test/support/bot-process.ts";
import type { StandIn } from "../../test/support/github/stand-in.ts";
import type { Hub } from "./news.ts";
import type { Phases } from "./phases.ts";

export const OWNER = "coop";
export const PULL = 1;
export const WHO = "maya";
const ENDS_WITHIN_MS = 300_000;

export type Asked = { lane: string; nth: number; deaths: number; isOver: boolean; isGivenUpOn: boolean };
export type Lanes = ReturnType<typeof createLanes>;

export const createLanes = (
  names: readonly string[],
  github: StandIn,
  phases: Pick<Phases, "asked">,
  hub: Pick<Hub, "tell">,
) => {
  const asked: Asked[] = [];
  const repo = (lane: string): string => `${OWNER}/${lane}`;
  const open = (): Asked[] => asked.filter(({ isOver }) => !isOver);
  const disturbed = (): Asked[] => asked.filter(({ deaths }) => deaths > 0);

  const ask = async (lane: string, withinMs = ENDS_WITHIN_MS): Promise<Asked> => {
    const nth = asked.filter((one) => one.lane === lane).length + 1;
    const one: Asked = { lane, nth, deaths: 0, isOver: false, isGivenUpOn: false };
    asked.push(one);
    phases.asked(lane);
    const isFinished = () =>
      github.checkRuns(repo(lane)).filter(({ conclusion }) => conclusion !== null).length >=
      nth * TWO_STAGES.length;
    await github.comment(repo(lane), PULL, WHO, "!testme");
    await github.until(isFinished, withinMs).catch(() => {
      one.isGivenUpOn = true;
    });
    one.isOver = true;
    hub.tell({ is: "end", lane });
    return one;
  };

  return {
    asked: (): readonly Asked[] => asked,
    open,
    disturbed,
    /** A bot died. */
    died(): void {
      for (const one of open()) one.deaths += 1;
    },
    /** All lanes, each until no more is wanted or one of its runs has no end. */
    work: async (isMoreWanted: () => boolean): Promise<void> => {
      const one = async (lane: string) => {
        while (isMoreWanted()) if ((await ask(lane)).isGivenUpOn) return;
      };
      await Promise.all(names.map(one));
    },
    /** Each lane once. */
    once: async (withinMs: number): Promise<readonly Asked[]> =>
      Promise.all(names.map((lane) => ask(lane, withinMs))),
  };
};
