/**
 * GitHub's answers, parsed once at the border: only the fields that we use. An answer that does not fit throws, since
 * a head we cannot read must never become a head we guess.
 */
import * as z from "zod";
import { Commit } from "../recipe/commit.ts";

export const PullRequestAnswer = z.object({
  state: z.enum(["open", "closed"]),
  head: z.object({ sha: Commit }),
  base: z.object({ ref: z.string(), repo: z.object({ clone_url: z.url() }) }),
});

/** GitHub folds maintain into write, triage into read, and custom roles into their base. A new word grants nothing. */
export const PermissionAnswer = z.object({
  permission: z.enum(["admin", "write", "read", "none"]).catch("none"),
});

export const CheckRunAnswer = z.object({ id: z.int(), external_id: z.string().nullish() });

export const TokenAnswer = z.object({ token: z.string().min(1) });

/** What octokit throws: GitHub's status and headers, or a made-up 500 with the network's error as its cause. */
export const RequestFailure = z.object({
  status: z.int(),
  message: z.string(),
  response: z
    .object({ headers: z.record(z.string(), z.union([z.string(), z.number()]).optional()) })
    .optional(),
});
export type RequestFailure = z.infer<typeof RequestFailure>;

/** What the network throws where no answer came at all. */
export const NetworkFailure = z.object({
  name: z.string().optional(),
  code: z.union([z.string(), z.number()]).optional(),
  message: z.string().optional(),
  cause: z.unknown().optional(),
});
