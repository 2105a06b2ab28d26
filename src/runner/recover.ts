/**
 * What an earlier process had promised goes on, after a start and whenever a bot beside this one is no more: runs that were at work
 * wait again, and say so; queued runs keep their order; deliveries without an answer get one; GitHub is told what it was not told
 * yet.
 */
import type { Store } from "../store/store.ts";
import type { Intake } from "./intake.ts";
import type { Outbox } from "./outbox.ts";
import type { Queue } from "./queue.ts";

/** How long a dead bot's runs wait for a living one, at most: its death is no event that anybody hears of. */
const EVERY_MS = 5_000;

type Ports = {
  store: Pick<Store, "adopt" | "onChange">;
  queue: Pick<Queue, "look">;
  intake: Pick<Intake, "resume">;
  outbox: Pick<Outbox, "wake">;
  log: (error: unknown) => void;
};

export const recover = async ({ store, queue, intake, outbox }: Ports): Promise<void> => {
  await store.adopt();
  await intake.resume();
  outbox.wake();
  queue.look();
};

/** Until the signal. */
export const recoverRegularly = (ports: Ports, signal: AbortSignal): void => {
  const wake = () => {
    if (signal.aborted) return;
    ports.outbox.wake();
    ports.queue.look();
  };
  ports.store.onChange(wake);
  const timer = setInterval(() => void recover(ports).catch(ports.log), EVERY_MS);
  timer.unref();
  signal.addEventListener("abort", () => clearInterval(timer), { once: true });
};
