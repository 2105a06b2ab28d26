/**
 * In which phase of its life the run of each lane is, by the news. The last of them decides; a report that is on its way to GitHub
 * goes before all else. It knows what was seen from outside and nothing more, so a phase begins when its first act shows.
 */
import type { News } from "./news.ts";

export const PHASES = [
  /** From the comment to the first check run. */
  "accept",
  "queued",
  /** The first deploy of a stage, until what it holds for. */
  "roll-out",
  /** Swarm moves the service from the base to the head. */
  "update",
  /** The head has taken over, and has to stay. */
  "hold",
  "teardown",
  /** The install is told as finished, and nothing of the upgrade stands. */
  "between stages",
  /** A check run is created or changed at this moment. */
  "report",
] as const;
export type Phase = (typeof PHASES)[number];
export type Phases = ReturnType<typeof createPhases>;

export const createPhases = () => {
  const at = new Map<string, Phase>();
  const onTheirWay = new Map<string, number>();
  const heard = (news: News): Phase | null => {
    switch (news.is) {
      case "command":
      case "end":
        return null;
      case "check-run":
        if (news.isFinished) return news.isLast ? null : "between stages";
        return at.get(news.lane) === "accept" ? "queued" : null;
      case "service":
        return ({ created: "roll-out", updating: "update", settled: "hold", removed: "teardown" } as const)[
          news.did
        ];
    }
  };
  return {
    asked: (lane: string): void => void at.set(lane, "accept"),
    hear(news: News): void {
      if (news.is === "end") return void at.delete(news.lane);
      if (news.is === "check-run") {
        const change = news.at === "asked" ? 1 : -1;
        onTheirWay.set(news.lane, Math.max(0, (onTheirWay.get(news.lane) ?? 0) + change));
        if (news.at === "asked") return;
      }
      const phase = at.has(news.lane) ? heard(news) : null;
      if (phase) at.set(news.lane, phase);
    },
    /** A new process: runs wait until they are taken up. */
    begunAnew(): void {
      onTheirWay.clear();
      for (const [lane, phase] of at) if (phase !== "accept") at.set(lane, "queued");
    },
    /** Of a lane that has a run. */
    of(lane: string): Phase | null {
      const phase = at.get(lane) ?? null;
      return phase !== null && (onTheirWay.get(lane) ?? 0) > 0 ? "report" : phase;
    },
  };
};
