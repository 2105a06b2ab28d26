/**
 * What is seen of the bot from outside, told in the breath in which it happens, so that a kill can follow at once. A lane is one
 * repository with one pull request; its name is four characters, with which the names of its stacks begin.
 */
export type News =
  /** A comment's webhook. */
  | { is: "command"; lane: string; at: "asked" | "answered" }
  /** A check run is created or changed. */
  | { is: "check-run"; lane: string; at: "asked" | "answered"; isLast: boolean; isFinished: boolean }
  /** A run is over, as far as GitHub tells. */
  | { is: "end"; lane: string }
  | { is: "service"; lane: string; did: "created" | "updating" | "settled" | "removed" };
export type Hear = (news: News) => void;
export type Hub = ReturnType<typeof createHub>;

export const createHub = () => {
  const hearers = new Set<Hear>();
  return {
    tell(news: News): void {
      for (const hear of hearers) hear(news);
    },
    hear(hearer: Hear): void {
      hearers.add(hearer);
    },
    /** Resolves at the first that is meant, or when nobody waits any longer: true if it came. */
    next(isMeant: (news: News) => boolean, patience: AbortSignal): Promise<boolean> {
      return new Promise((resolve) => {
        const end = (came: boolean) => {
          hearers.delete(look);
          patience.removeEventListener("abort", giveUp);
          resolve(came);
        };
        const look = (news: News) => (isMeant(news) ? end(true) : undefined);
        const giveUp = () => end(false);
        hearers.add(look);
        if (patience.aborted) giveUp();
        else patience.addEventListener("abort", giveUp);
      });
    },
  };
};
