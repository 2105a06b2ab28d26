/**
 * Decides which failures of a request pass by themselves, and when GitHub wants to hear from us again. A refusal (404,
 * 422, a 403 for want of permission) is final: to send it again changes nothing. It never retries; the caller does.
 */
import { NetworkFailure, RequestFailure } from "./schema.ts";

const networkCodes =
  /^(ECONNRESET|ECONNREFUSED|ECONNABORTED|EPIPE|ETIMEDOUT|EHOSTUNREACH|ENETUNREACH|EAI_AGAIN|ENOTFOUND|UND_ERR_.*)$/;
const networkNames = /^(AbortError|TimeoutError)$/;
const networkWords = /fetch failed|socket hang up|other side closed|terminated|timed? ?out/i;

export function isPassing(error: unknown): boolean {
  const failure = RequestFailure.safeParse(error).data;
  if (failure === undefined) return isOfTheNetwork(error);
  return failure.status >= 500 || failure.status === 408 || isRateLimit(failure);
}

/** https://docs.github.com/en/rest/using-the-rest-api/best-practices-for-using-the-rest-api#handle-rate-limit-errors-appropriately */
export function retryAfterMs(error: unknown): number | null {
  const failure = RequestFailure.safeParse(error).data;
  if (failure === undefined) return null;
  const seconds = header(failure, "retry-after");
  if (seconds !== null) return seconds * 1000;
  if (!isRateLimit(failure)) return null;
  const reset = header(failure, "x-ratelimit-reset");
  if (header(failure, "x-ratelimit-remaining") === 0 && reset !== null) {
    return Math.max(0, reset * 1000 - githubNow(failure));
  }
  return 60_000; // "wait for at least one minute", where a limit names no time
}

function isRateLimit(failure: RequestFailure): boolean {
  if (failure.status === 429) return true;
  if (failure.status !== 403) return false;
  return (
    header(failure, "retry-after") !== null ||
    header(failure, "x-ratelimit-remaining") === 0 ||
    /secondary rate limit|abuse detection/i.test(failure.message)
  );
}

/** GitHub's own clock where it sent one: the reset is a moment of that clock, and ours may be off. */
function githubNow(failure: RequestFailure): number {
  const sent = Date.parse(String(failure.response?.headers.date ?? ""));
  return Number.isNaN(sent) ? Date.now() : sent;
}

function header(failure: RequestFailure, name: string): number | null {
  const value = failure.response?.headers[name];
  if (value === undefined || value === "") return null;
  const number = Number(value);
  return Number.isFinite(number) ? number : null;
}

function isOfTheNetwork(error: unknown, depth = 0): boolean {
  const failure = NetworkFailure.safeParse(error).data;
  if (failure === undefined || depth > 5) return false;
  return (
    networkCodes.test(String(failure.code ?? "")) ||
    networkNames.test(failure.name ?? "") ||
    networkWords.test(failure.message ?? "") ||
    isOfTheNetwork(failure.cause, depth + 1)
  );
}
