/**
 * Reads what a dying container leaves behind, before the engine removes it: its inspect, and its last lines. The two are
 * asked for at once and wait for nothing, least of all for each other. What could not be read because the engine was away
 * stays owed, and is asked for again; what is still owed at the end is said to be missing, with the reason. A container on
 * another node cannot be inspected from here, and is said to be there; its last lines come through the manager.
 */
import { isElsewhere } from "../../verdict/elsewhere.ts";
import type { Observation } from "../../verdict/observation.ts";
import { isRefusal } from "../engine-fault.ts";
import type { SwarmReader } from "../swarm.ts";
import type { Ended, News } from "./news.ts";

type Around = {
  swarm: Pick<SwarmReader, "container" | "log" | "taskLog">;
  /** The engine's own node. */
  here: string;
  keep: (observation: Observation) => void;
  at: () => string;
  news: Pick<News, "isNews">;
};

const GONE = "the engine had removed it already";

export const lastWords = ({ swarm, here, keep, at, news }: Around) => {
  /** What is still missing → why it could not be had. */
  const owed = new Map<string, { id: string; reason: string }>();
  /** Container on another node → its task. */
  const away = new Map<string, string>();
  /** What was had after the end, or can never be: that the engine removes it later loses nothing. */
  const closed = new Set<string>();
  const inspects = new Set<Promise<void>>();
  const logs = new Set<Promise<void>>();

  const miss = (what: string, reason: string) => {
    closed.add(what);
    if (news.isNews(what, null)) keep({ is: "not-captured", at: at(), what, reason });
  };
  /** `tell` notes what was had, and says whether there is nothing more to come. */
  const ask = async <T>(
    id: string,
    what: string,
    call: () => Promise<T | null>,
    tell: (got: T) => boolean,
  ) => {
    try {
      const got = await call();
      if (got !== null && tell(got)) closed.add(what);
      if (got === null && !closed.has(what)) miss(what, GONE);
      owed.delete(what);
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      if (isRefusal(error)) miss(what, reason);
      else if (!closed.has(what)) owed.set(what, { id, reason });
    }
  };
  const inspect = (id: string) =>
    ask(
      id,
      inspectOf(id),
      () => swarm.container(id),
      (container) => {
        if (news.isNews(inspectOf(id), container)) keep({ is: "container", at: at(), container });
        return container.exitCode !== null;
      },
    );
  const readLog = (id: string, hasEnded: boolean) =>
    ask(
      id,
      logOf(id),
      () => {
        const task = away.get(id);
        return task === undefined ? swarm.log(id) : swarm.taskLog(task);
      },
      (lines) => {
        if (news.isNews(logOf(id), lines)) keep({ is: "log", at: at(), container: id, lines });
        return hasEnded;
      },
    );

  /** Resolves when the inspect is noted. A log that ended is read once. */
  const read = (id: string, hasEnded: boolean): Promise<void> => {
    if (!closed.has(logOf(id))) void track(logs, readLog(id, hasEnded));
    return away.has(id) ? Promise.resolve() : track(inspects, inspect(id));
  };
  return {
    read,
    readEnd(task: Ended): void {
      const { id, node, container } = task;
      if (isElsewhere(task, here)) {
        away.set(container, id);
        miss(inspectOf(container), `not on this node (it was on node ${node})`);
      }
      void read(container, true);
    },
    /** Asks again for what is owed. */
    askAgain(): void {
      for (const id of new Set([...owed.values()].map((one) => one.id))) void read(id, away.has(id));
    },
    /** Resolves when all inspects that were begun are noted. */
    inspected: async (): Promise<void> => void (await Promise.all(inspects)),
    /** Resolves when nothing is being read any more. */
    silent: async (): Promise<void> => void (await Promise.all([...inspects, ...logs])),
    giveUp(): void {
      for (const [what, { reason }] of owed) miss(what, reason);
    },
  };
};

const inspectOf = (id: string): string => `container ${id}`;
const logOf = (id: string): string => `log of container ${id}`;

const track = (running: Set<Promise<void>>, work: Promise<void>): Promise<void> => {
  running.add(work);
  return work.finally(() => running.delete(work));
};
