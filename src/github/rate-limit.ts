/**
 * How much may still be asked of GitHub, which it says with every answer, a refusal too. It only passes on what it hears: the
 * pace is octokit's, and how long to wait after a refusal is in failure.ts.
 */
import { RateLimitHeaders } from "./schema.ts";

/**
 * `account` is the installation, or the app itself: each has a quota of its own for each resource, as GitHub calls its kinds of
 * request. `resetsAtMs` is when the quota is whole again, by GitHub's clock; null where GitHub did not say.
 */
export type RateLimit = {
  account: string;
  resource: string;
  limit: number;
  remaining: number;
  resetsAtMs: number | null;
};
type Answer = { headers: object };
type Asked = { url: string };
type Octokit = {
  hook: {
    after(name: "request", heard: (answer: Answer, asked: Asked) => void): void;
    error(name: "request", heard: (error: Error | { response?: Answer }, asked: Asked) => never): void;
  };
};
type Authenticate<O> = (installation?: number) => Promise<O>;

/** The same octokits, heard. */
export const hearingLimits = <O extends Octokit>(
  authenticate: Authenticate<O>,
  onLimit: (limit: RateLimit) => void,
): Authenticate<O> => {
  const heard = new WeakSet<O>();
  return async (installation) => {
    const octokit = await authenticate(installation);
    if (heard.has(octokit)) return octokit;
    heard.add(octokit);
    const note = (answer: Answer | undefined, { url }: Asked) => {
      const said = RateLimitHeaders.safeParse(answer?.headers).data;
      // An installation's octokit asks for its token as the app.
      const isApp = installation === undefined || url.startsWith("/app/");
      if (said) onLimit({ account: isApp ? "app" : String(installation), ...said });
    };
    octokit.hook.after("request", note);
    octokit.hook.error("request", (error, asked) => {
      if ("response" in error) note(error.response, asked);
      throw error;
    });
    return octokit;
  };
};
