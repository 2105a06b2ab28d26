/** Tells "the engine did not answer" (a Fault) from what it answered. */
import { Fault } from "../verdict/fault.ts";

/** `signal`: what ended the call early, where something may; its reason is thrown as it is. */
export const onEngine = async <T>(host: string, call: Promise<T>, signal?: AbortSignal): Promise<T> => {
  try {
    return await call;
  } catch (error) {
    if (error instanceof Fault) throw error;
    signal?.throwIfAborted();
    throw statusOf(error) === null ? unreachable(host, error) : answered(error);
  }
};

const unreachable = (host: string, cause: unknown): Fault =>
  new Fault(
    "engine",
    `The Docker engine at ${host} does not answer: ${messageOf(cause)}`,
    "Start the engine, or mend DOCKER_HOST.",
    cause,
  );

/** An engine that has just begun answers before its node is back in the swarm: until then it is as good as away. */
export const notReady = (host: string, nodeState: string): Fault =>
  new Fault(
    "engine",
    `The Docker engine at ${host} is not ready: its node is ${nodeState}`,
    "See the engine's log if it stays so.",
    new Error(nodeState),
  );

const answered = (cause: unknown): Fault =>
  new Fault(
    "engine",
    `The Docker engine refused a call: ${messageOf(cause)}`,
    "See the engine's log.",
    cause,
  );

/** True where the engine was not there, or did not answer: it may be back later. */
export const isAway = (error: unknown): error is Fault =>
  error instanceof Fault &&
  error.party === "engine" &&
  error.cause !== undefined &&
  statusOf(error.cause) === null;
/** True where the engine was there and said no; asking again would change nothing. */
export const isRefusal = (error: unknown): error is Fault =>
  error instanceof Fault && statusOf(error.cause) !== null;
export const isMissing = (error: unknown): boolean => statusOf(error) === 404;
/** HTTP status of an engine's answer; null where there was no answer. */
export const statusOf = (error: unknown): number | null =>
  typeof error === "object" && error !== null && "statusCode" in error && typeof error.statusCode === "number"
    ? error.statusCode
    : null;

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

/** The engine's own words, without those of its client: `(HTTP code 404) no such container - `. */
export const wordsOf = (error: unknown): string =>
  messageOf(error)
    .replace(/^\(HTTP code \d+\) .*? - /, "")
    .trim();
