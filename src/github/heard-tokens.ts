/** Whatever token GitHub lends the app, for itself or for git, is heard of before anybody uses it. */
import type { ProbotOctokit } from "probot";
import { TokenAnswer } from "./schema.ts";

export const hearingTokens = (
  Octokit: typeof ProbotOctokit,
  onToken: (token: string) => void,
): typeof ProbotOctokit =>
  Octokit.plugin(({ hook }) => {
    hook.after("request", ({ data }) => {
      const lent = TokenAnswer.safeParse(data);
      if (lent.success) onToken(lent.data.token);
    });
  });
