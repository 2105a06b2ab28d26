/** Tells "the engine did not answer" (a Fault) from what it answered. */
import { Fault } from "../verdict/fault.ts";

export const onEngine = async <T>(host: string, call: Promise<T>): Promise<T> => {
  try {
    return await call;
  } catch (error) {
    if (error instanceof Fault) throw error;
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

const answered = (cause: unknown): Fault =>
  new Fault(
    "engine",
    `The Docker engine refused a call: ${messageOf(cause)}`,
    "See the engine's log.",
    cause,
  );

export const isMissing = (error: unknown): boolean => statusOf(error) === 404;
/** HTTP status of an engine's answer; null where there was no answer. */
export const statusOf = (error: unknown): number | null =>
  typeof error === "object" && error !== null && "statusCode" in error && typeof error.statusCode === "number"
    ? error.statusCode
    : null;

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));
