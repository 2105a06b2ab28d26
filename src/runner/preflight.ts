/**
 * Before a run begins: is the engine there, is it a manager, and has its host room for a run? What may pass is waited for: an
 * engine that is away, a host that is full. What does not pass by waiting is a Fault at once. Either way it is the host that
 * lacks something, and never the recipe.
 */
import { setTimeout as delay } from "node:timers/promises";
import { lackOf } from "../report/lack.ts";
import type { WantedRoom } from "../run/room.ts";
import { isAway, isMissing } from "../swarm/engine-fault.ts";
import type { EngineInfo, Swarm } from "../swarm/swarm.ts";
import { Fault } from "../verdict/fault.ts";

/** Nothing tells that room was made. */
const LOOK_EVERY_MS = 10_000;

export type Preflight = {
  swarm: Pick<Swarm, "check" | "room">;
  wanted: WantedRoom;
  /** How long to wait for what lacks; 0: not at all. */
  waitMs: number;
  /** Told what is waited for, once for each change of its words. */
  waiting: (why: string) => void;
  now: () => Date;
  /** Its reason is thrown, at once. */
  signal: AbortSignal;
  lookEveryMs?: number;
  pause?: (ms: number, signal: AbortSignal) => Promise<unknown>;
};

/** Throws a Fault of party "engine", with the figures, where what lacks still lacks after `waitMs`. */
export const preflight = async ({
  swarm,
  wanted,
  waitMs,
  waiting,
  now,
  signal,
  lookEveryMs = LOOK_EVERY_MS,
  pause = (ms, ended) => delay(ms, undefined, { signal: ended }),
}: Preflight): Promise<EngineInfo> => {
  signal.throwIfAborted();
  const untilMs = now().getTime() + waitMs;
  let told = "";
  for (;;) {
    const found = await orAborted(look(swarm, wanted), signal);
    if (!(found instanceof Fault)) return found;
    const leftMs = untilMs - now().getTime();
    if (leftMs <= 0) throw found;
    if (found.message !== told) waiting(found.message);
    told = found.message;
    await orAborted(pause(Math.min(lookEveryMs, leftMs), signal), signal);
  }
};

/** The engine where all is well, the Fault that may pass; throws any other. */
const look = async (swarm: Preflight["swarm"], wanted: WantedRoom): Promise<EngineInfo | Fault> => {
  const engine = await swarm.check().catch(orThrow(isAway));
  if (engine instanceof Fault) return engine;
  const room = await swarm.room().catch(orThrow(mayLackRoom));
  if (room instanceof Fault) return room;
  const lack = lackOf(room, wanted);
  return lack === null ? engine : new Fault("engine", lack.is, lack.mend);
};

/** A host that is full fails a container in many words, so all of them are waited for, but for an image that is not there. */
const mayLackRoom = (error: unknown): error is Fault =>
  error instanceof Fault && error.party === "engine" && !isMissing(error.cause);

const orThrow =
  (mayPass: (error: unknown) => error is Fault) =>
  (error: unknown): Fault => {
    if (mayPass(error)) return error;
    throw error;
  };

const orAborted = <T>(work: Promise<T>, signal: AbortSignal): Promise<T> => {
  const over = new AbortController();
  const aborted = new Promise<never>((_, reject) => {
    const stop = () => reject(signal.reason);
    signal.addEventListener("abort", stop, { once: true, signal: over.signal });
  });
  return Promise.race([work, aborted]).finally(() => over.abort());
};
