/**
 * GitHub's answers, parsed once at the border: only the fields that we use. An answer that does not fit throws, since
 * a head we cannot read must never become a head we guess.
 */
import * as z from "zod";
import { Commit } from "../recipe/commit.ts";

export const PullRequestAnswer = z.object({
  state: z.enum(["open", "closed"]),
  /** The account may be gone, and so may the fork. */
  user: z.object({ login: z.string() }).nullish(),
  head: z.object({ sha: Commit, repo: z.object({ full_name: z.string() }).nullish() }),
  base: z.object({ ref: z.string(), repo: z.object({ full_name: z.string(), clone_url: z.url() }) }),
});

/** Whoever was only invited is none yet. */
export const MembershipAnswer = z.object({ state: z.enum(["active", "pending"]) });

/** GitHub folds maintain into write, triage into read, and custom roles into their base. A new word grants nothing. */
export const PermissionAnswer = z.object({
  permission: z.enum(["admin", "write", "read", "none"]).catch("none"),
});

/** A file, and not a folder, a link or a submodule. */
export const FileAnswer = z.object({ type: z.literal("file"), content: z.string() });

export const CheckRunAnswer = z.object({ id: z.int(), external_id: z.string().nullish() });

export const AnnotatedAnswer = z.object({ output: z.object({ annotations_count: z.int() }) });

export const CommentAnswer = z.object({ body: z.string().nullish() });

export const TokenAnswer = z.object({ token: z.string().min(1) });

/** The id is a bigint where a number cannot hold it. */
export const AttemptAnswer = z.object({
  id: z.union([z.int(), z.bigint()]).transform(String),
  guid: z.string(),
  delivered_at: z.iso.datetime({ offset: true }),
  redelivery: z.boolean(),
  status_code: z.int(),
  event: z.string(),
  action: z.string().nullish(),
});

export const InstallationAnswer = z.object({
  id: z.int(),
  app_slug: z.string(),
  created_at: z.iso.datetime({ offset: true }),
  suspended_at: z.string().nullish(),
});

export const RepositoryAnswer = z.object({
  name: z.string(),
  owner: z.object({ login: z.string() }),
  archived: z.boolean().optional(),
});

/** The account of whoever commented may be gone. */
export const IssueCommentAnswer = z.object({
  id: z.int(),
  html_url: z.string(),
  body: z.string().nullish(),
  user: z.object({ login: z.string(), type: z.string() }).nullish(),
  created_at: z.iso.datetime({ offset: true }),
  updated_at: z.iso.datetime({ offset: true }),
});

export const ReactionAnswer = z.object({ user: z.object({ login: z.string() }).nullish() });

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

/** With every answer of the API; a proxy may leave them out. */
export const RateLimitHeaders = z
  .object({
    "x-ratelimit-limit": z.coerce.number().int(),
    "x-ratelimit-remaining": z.coerce.number().int(),
    /** In seconds since 1970. */
    "x-ratelimit-reset": z.coerce.number().int().optional(),
    "x-ratelimit-resource": z
      .string()
      .regex(/^\w{1,40}$/)
      .default("core"),
  })
  .transform((said) => ({
    resource: said["x-ratelimit-resource"],
    limit: said["x-ratelimit-limit"],
    remaining: said["x-ratelimit-remaining"],
    resetsAtMs: said["x-ratelimit-reset"] === undefined ? null : said["x-ratelimit-reset"] * 1_000,
  }));
