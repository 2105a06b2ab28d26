/**
 * The engine's event stream as an async iterable that outlives a dropped connection. Events only wake the reader: the
 * engine keeps 256 of them and drops what a slow reader misses, so a break is told as a gap and never papered over.
 * The engine answers before it has subscribed, hence `since` always reaches a second back, and doubles are dropped.
 */
import { setTimeout as delay } from "node:timers/promises";
import type Docker from "dockerode";
import { parseEvent } from "./inspect.ts";
import type { StreamEvent } from "./swarm.ts";

const MARGIN_MS = 1_000;
const RECONNECT_AFTER_MS = 250;
const REMEMBERED = 512;

export async function* followEvents(
  docker: Docker,
  sinceMs: number,
  signal: AbortSignal,
): AsyncGenerator<StreamEvent, void, undefined> {
  const seen: string[] = [];
  let reachedMs = sinceMs;
  while (!signal.aborted) {
    try {
      for await (const line of linesFrom(docker, reachedMs - MARGIN_MS, signal)) {
        if (seen.includes(line)) continue;
        seen.push(line);
        if (seen.length > REMEMBERED) seen.shift();
        const event = parseEvent(JSON.parse(line));
        if (event === null || Date.parse(event.at) < sinceMs) continue;
        reachedMs = Date.parse(event.at);
        yield event;
      }
      if (!signal.aborted) yield { is: "gap", reason: "the engine ended the event stream" };
    } catch (error) {
      if (signal.aborted) return;
      yield { is: "gap", reason: error instanceof Error ? error.message : String(error) };
    }
    // No event tells when an engine is back.
    await delay(RECONNECT_AFTER_MS, undefined, { signal }).catch(() => undefined);
  }
}

async function* linesFrom(docker: Docker, sinceMs: number, signal: AbortSignal): AsyncGenerator<string> {
  const stream = await docker.getEvents({
    since: Number((sinceMs / 1000).toFixed(3)),
    filters: { type: ["service", "container"] },
    abortSignal: signal,
  });
  let rest = "";
  for await (const chunk of stream) {
    const lines = (rest + String(chunk)).split("\n");
    rest = lines.pop() ?? "";
    yield* lines.filter((line) => line.trim() !== "");
  }
}
