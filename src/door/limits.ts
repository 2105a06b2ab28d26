/** How often an address may be wrong, or look at pages, before it has to wait. Deliveries that are signed are never counted. */
import { RateLimiterMemory, RateLimiterRes } from "rate-limiter-flexible";

const MINUTE = 60;

export type Limit = {
  /** Counts one; how many seconds that address has to wait, or null where it need not. */
  count: (address: string) => Promise<number | null>;
};

const limit = (points: number): Limit => {
  const limiter = new RateLimiterMemory({ points, duration: MINUTE });
  return {
    count: (address) =>
      limiter.consume(address).then(
        () => null,
        (refused: unknown) => {
          if (refused instanceof RateLimiterRes) return Math.ceil(refused.msBeforeNext / 1_000);
          throw refused;
        },
      ),
  };
};

/** In a minute: an address behind which a proxy stands for everybody has to get by with it too. */
export const wrongDeliveries = (): Limit => limit(30);
export const looks = (): Limit => limit(300);
