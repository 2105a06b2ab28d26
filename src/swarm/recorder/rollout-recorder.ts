/**
 * The flight recorder. Swarm drops PreviousSpec and the failed task's name while it rolls back, so the evidence exists
 * only while it happens: the recorder starts before the deploy, reads the whole stack on every engine event (and once a
 * second, since events can be lost), fetches a dying task's container and log at once, and keeps what changed, with its
 * time. No reading waits for another, and a service of which an event speaks is read at once, by itself. It judges nothing; what it notes is redacted.
 */
import { isElsewhere } from "../../verdict/elsewhere.ts";
import type { Expectation, Observation } from "../../verdict/observation.ts";
import type { Redact } from "../redaction.ts";
import type { Stamp, SwarmReader } from "../swarm.ts";
import { createChase } from "./chase.ts";
import { coalesced } from "./coalesced.ts";
import { hearing } from "./hearing.ts";
import { lastWords } from "./last-words.ts";
import { memorySamples } from "./memory-samples.ts";
import { createNews } from "./news.ts";
import { patience } from "./patience.ts";
import { redactObservation } from "./redact-observation.ts";
import { createWatch, pause, within } from "./watch.ts";

export type RolloutRecorder = {
  /** Reads the stack now; resolves when what it saw is noted. */
  look(): Promise<void>;
  /** Resolves at the next note, at the next slow look or at `untilMs` (epoch), whichever comes first. */
  changed(untilMs: number | null): Promise<void>;
  /** Resolves when what was being read is noted; nothing is noted afterwards. */
  stop(): Promise<void>;
};
type Note = (observation: Observation) => void;

const SLOW_LOOK_MS = 1_000;
/** How long an engine may be away before the run gives up on it. */
const AWAY_MS = 15_000;
/** How long the end waits for readings that were begun. */
const LAST_READS_MS = 5_000;

export const recordRollout = async ({
  swarm,
  expectation,
  stamp,
  note,
  now,
  redact,
}: {
  swarm: Pick<
    SwarmReader,
    "node" | "read" | "service" | "container" | "log" | "taskLog" | "memory" | "events"
  >;
  expectation: Expectation;
  stamp: Stamp;
  note: Note;
  now: () => Date;
  redact: Redact;
}): Promise<RolloutRecorder> => {
  const at = () => now().toISOString();
  const stopping = new AbortController();
  const watch = createWatch();
  let isOver = false;
  const keep: Note = (observation) => {
    if (isOver) return;
    note(redactObservation(observation, redact));
    watch.wake();
  };
  const miss = (what: string, reason: string) => keep({ is: "not-captured", at: at(), what, reason });
  const news = createNews();
  const attempt = patience(AWAY_MS, now, (fault) => miss("the stack's state", fault.message));

  const events = swarm.events(now().getTime(), stopping.signal);
  const [node, first] = await Promise.all([swarm.node(), swarm.read(expectation.stack, stamp)]);
  const memory = memorySamples(swarm, node, keep, at);
  const dying = lastWords({ swarm, here: node, keep, at, news });
  const begunAt = at();
  keep({ is: "before", at: begunAt, expectation, node, services: first.services, tasks: first.tasks });
  news.begin(first, begunAt);
  memory.read(first);
  await memory.take();

  const sample = () => void memory.take().catch(watch.fail);
  const readOnce = async () => {
    const startedAt = at();
    const reading = await swarm.read(expectation.stack, stamp);
    for (const observation of news.changesIn(reading, startedAt)) keep(observation);
    memory.read(reading);
    dying.askAgain();
    const ended = news.endsToRead(reading, now().getTime());
    for (const task of ended) dying.readEnd(task);
    // The engine dates an end some time after its event, and a death is bracketed by samples around that date.
    const endedHere = ended.filter((task) => !isElsewhere(task, node));
    if (endedHere.some(({ container }) => news.isNews(`end of ${container}`, true))) sample();
    chase.seen(reading);
  };
  const read = coalesced(() => attempt(readOnce));
  const look = () => void read().catch(watch.fail);
  const chase = createChase(look, now, node);
  chase.seen(first);
  const glance = async (id: string) => {
    const askedAt = at();
    const service = await swarm.service(id);
    const observation = service && news.ofService(service, askedAt);
    if (observation) keep(observation);
  };

  const hear = hearing({
    stack: expectation.stack,
    keep,
    at,
    dying,
    memory,
    sample,
    look,
    chase,
    glance: (id) => void attempt(() => glance(id)).catch(watch.fail),
  });
  const listening = (async () => {
    for await (const event of events) hear(event);
  })().catch(watch.fail);
  const ticking = setInterval(() => {
    void read().then(watch.wake, watch.fail);
    sample();
  }, SLOW_LOOK_MS);

  return {
    async look() {
      while (!(await read())) await pause(SLOW_LOOK_MS);
      await dying.inspected();
    },
    async changed(untilMs) {
      const waitMs = untilMs === null ? SLOW_LOOK_MS : Math.max(0, untilMs - now().getTime());
      await watch.next(Math.min(waitMs, SLOW_LOOK_MS));
    },
    async stop() {
      clearInterval(ticking);
      chase.stop();
      stopping.abort();
      await listening;
      await within(LAST_READS_MS, dying.silent());
      dying.giveUp();
      isOver = true;
    },
  };
};
