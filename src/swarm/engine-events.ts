/**
 * The engine's event stream as an async iterable that outlives a dropped connection. Events only wake the reader: the
 * engine keeps 256 of them and drops what a slow reader misses, so a break is told as a gap, once, and once more if the
 * engine no longer has all that happened in it. It answers before it has subscribed, hence `since` always reaches a second
 * back, and doubles are dropped.
 */
import { setTimeout as delay } from "node:timers/promises";
import type Docker from "dockerode";
import * as z from "zod";
import { parseEvent } from "./inspect.ts";
import type { StreamEvent } from "./swarm.ts";

const MARGIN_MS = 1_000;
const RECONNECT_AFTER_MS = 250;
const REMEMBERED = 512;
const NS_PER_MS = 1_000_000;
const OF_ROLLOUTS: { type: ("service" | "container")[] } = { type: ["service", "container"] };

type EventSource = Pick<Docker, "getEvents">;

export async function* followEvents(
  docker: EventSource,
  sinceMs: number,
  signal: AbortSignal,
): AsyncGenerator<StreamEvent, void, undefined> {
  const isNew = unseen();
  let reachedMs = sinceMs;
  let brokeAtMs: number | null = null;
  while (!signal.aborted) {
    try {
      const stream = await open(docker, { since: reachedMs - MARGIN_MS, filters: OF_ROLLOUTS }, signal);
      if (brokeAtMs !== null) {
        const lost = await lostIn(docker, brokeAtMs, signal);
        brokeAtMs = null;
        if (lost !== null) yield { is: "gap", reason: lost };
      }
      for await (const line of linesOf(stream)) {
        if (!isNew(line)) continue;
        const json: unknown = JSON.parse(line);
        reachedMs = Math.max(reachedMs, timeMsOf(json));
        const event = parseEvent(json);
        if (event !== null && Date.parse(event.at) >= sinceMs) yield event;
      }
      if (signal.aborted) return;
      brokeAtMs = Date.now();
      yield { is: "gap", reason: "the engine ended the event stream" };
    } catch (error) {
      if (signal.aborted) return;
      const isFirst = brokeAtMs === null;
      brokeAtMs ??= Date.now();
      if (isFirst) yield { is: "gap", reason: error instanceof Error ? error.message : String(error) };
    }
    // No event tells when an engine is back.
    await delay(RECONNECT_AFTER_MS, undefined, { signal }).catch(() => undefined);
  }
}

/** Why the replay may not be whole: the oldest event that the engine still has, of any type, is younger than the break. */
const lostIn = async (
  docker: EventSource,
  brokeAtMs: number,
  signal: AbortSignal,
): Promise<string | null> => {
  let oldestMs: number | null = null;
  for await (const line of linesOf(await open(docker, { since: 0, until: Date.now() }, signal)))
    oldestMs ??= timeMsOf(JSON.parse(line));
  if (oldestMs !== null && oldestMs <= brokeAtMs) return null;
  const oldest = oldestMs === null ? "none" : `the oldest is of ${new Date(oldestMs).toISOString()}`;
  const broke = new Date(brokeAtMs).toISOString();
  return `events may be lost for good: the stream broke at ${broke}, and of the events that the engine keeps ${oldest}`;
};

type Wanted = { since: number; until?: number; filters?: typeof OF_ROLLOUTS };

const open = (
  docker: EventSource,
  { since, until, filters }: Wanted,
  abortSignal: AbortSignal,
): Promise<NodeJS.ReadableStream> => {
  const options: Docker.GetEventsOptions = { since: secondsOf(since), abortSignal };
  if (until !== undefined) options.until = secondsOf(until);
  if (filters) options.filters = filters;
  return docker.getEvents(options);
};

const secondsOf = (ms: number): number => Number((ms / 1000).toFixed(3));

async function* linesOf(stream: NodeJS.ReadableStream): AsyncGenerator<string> {
  stream.setEncoding("utf8");
  let rest = "";
  for await (const chunk of stream) {
    const lines = (rest + String(chunk)).split("\n");
    rest = lines.pop() ?? "";
    yield* lines.filter((line) => line.trim() !== "");
  }
}

const Timed = z.object({ timeNano: z.number() });
const timeMsOf = (json: unknown): number => Timed.parse(json).timeNano / NS_PER_MS;

/** True the first time that a line comes by. */
const unseen = (): ((line: string) => boolean) => {
  const seen = new Set<string>();
  return (line) => {
    if (seen.has(line)) return false;
    seen.add(line);
    const [oldest] = seen;
    if (seen.size > REMEMBERED && oldest !== undefined) seen.delete(oldest);
    return true;
  };
};
