/** What the stream makes of a broken connection; the engine is a list of answers. */
import { Readable } from "node:stream";
import { expect, test } from "vitest";
import { followEvents } from "../../../src/swarm/engine-events.ts";
import type { StreamEvent } from "../../../src/swarm/swarm.ts";

const beganMs = Date.parse("2026-03-01T10:00:00Z");
const line = (action: string, atMs: number) =>
  `${JSON.stringify({
    Type: "container",
    Action: action,
    Actor: { ID: "c1", Attributes: { "com.docker.swarm.service.name": "s_app" } },
    timeNano: atMs * 1_000_000,
  })}\n`;

type Answer = string | Error;
/** `streams`: what each connection says until it ends; the last one stays open. `ring`: all that the engine still has. */
const engineOf = (streams: Answer[], ring: string) => {
  const asked: { since: number }[] = [];
  const getEvents = async ({ since, until }: { since: number; until?: number }) => {
    if (until !== undefined) return Readable.from([ring]);
    asked.push({ since });
    const answer = streams.shift() ?? "";
    if (answer instanceof Error) throw answer;
    if (streams.length > 0) return Readable.from([answer]);
    return Readable.from(
      (async function* () {
        yield answer;
        await new Promise(() => undefined);
      })(),
    );
  };
  // dockerode's own type has an overload with a callback, which nobody here calls.
  return { engine: { getEvents } as unknown as Parameters<typeof followEvents>[0], asked };
};

const follow = async (streams: Answer[], ring: string, until: string) => {
  const stopping = new AbortController();
  const heard: StreamEvent[] = [];
  const { engine, asked } = engineOf(streams, ring);
  for await (const event of followEvents(engine, beganMs, stopping.signal)) {
    heard.push(event);
    if (!("is" in event) && event.action === until) break;
  }
  return { told: heard.map((e) => ("is" in e ? `gap: ${e.reason}` : e.action)), asked };
};

test("a break is one gap however often the engine refuses, and what is replayed is told once", async () => {
  const [start, die, stop] = [line("start", beganMs), line("die", beganMs + 5), line("stop", beganMs + 9)];
  const refused = new Error("connect ECONNREFUSED");
  const { told, asked } = await follow(
    [start + die, refused, refused, start + die + stop],
    start + die + stop,
    "stop",
  );
  expect(told).toEqual(["start", "die", "gap: the engine ended the event stream", "stop"]);
  expect(asked.at(-1)?.since, "a second before the last that was heard").toBe((beganMs + 5 - 1000) / 1000);
});

test("an engine whose oldest event is younger than the break may have lost some, and that is a gap of its own", async () => {
  const young = line("stop", Date.now() + 60_000);
  const { told } = await follow([line("start", beganMs), young], young, "stop");
  expect(told.slice(0, 2)).toEqual(["start", "gap: the engine ended the event stream"]);
  expect(told[2]).toMatch(/^gap: events may be lost for good: the stream broke at .*, .* the oldest is of /);
  expect(told[3]).toBe("stop");
});

test("an engine that keeps no event at all cannot say what happened in the break", async () => {
  const { told } = await follow([line("start", beganMs), line("stop", beganMs + 9)], "", "stop");
  expect(told[2]).toMatch(/of the events that the engine keeps none$/);
});
