/**
 * What the stand-in remembers, told in GitHub's shapes: GitHub's own examples, retold of our repository, with the
 * fields that we know laid over them. Webhook payloads are made of the same shapes as the API's answers.
 */
import { exampleOf, type Json, payloadExample } from "./description.ts";
import {
  type CheckRun,
  type Comment,
  fullName,
  type Pull,
  type Reaction,
  type Recipe,
  type State,
} from "./state.ts";

const repos = "/repos/{owner}/{repo}";

/** GitHub's examples speak of octocat's Hello-World on github.com. */
function retold(example: Json, recipe: Recipe, url: string): Json {
  const text = JSON.stringify(example)
    .replaceAll(/(?:octocat|codertocat|github)\/hello-world/gi, fullName(recipe))
    .replaceAll("https://api.github.com", url)
    .replaceAll("https://github.com", url);
  return JSON.parse(text) as Json; // an object in, the same object out
}

const numberOf = (login: string): number =>
  [...login].reduce((sum, letter) => (sum * 31 + letter.charCodeAt(0)) % 1e7, 7);

export function user(login: string, url: string): Json {
  const { user: example } = exampleOf("get", `${repos}/collaborators/{username}/permission`, 200);
  const text = JSON.stringify(example).replaceAll("octocat", login).replaceAll("https://api.github.com", url);
  const type = login.endsWith("[bot]") ? "Bot" : "User";
  return { ...(JSON.parse(text) as Json), id: numberOf(login), type }; // an object, as above
}

export function repository(recipe: Recipe, url: string): Json {
  const { base } = exampleOf("get", `${repos}/pulls/{pull_number}`, 200) as { base: { repo: Json } };
  return {
    ...retold(base.repo, recipe, url),
    id: numberOf(fullName(recipe)),
    name: recipe.repo,
    full_name: fullName(recipe),
    archived: recipe.isArchived ?? false,
    owner: user(recipe.owner, url),
    clone_url: `${url}/${fullName(recipe)}.git`,
    default_branch: "main",
  };
}

export function file(recipe: Recipe, path: string, text: string, url: string): Json {
  const at = `${url}/repos/${fullName(recipe)}/contents/${path}`;
  const links = { git: at, self: at, html: at };
  return {
    type: "file",
    encoding: "base64",
    size: text.length,
    name: path,
    path,
    content: Buffer.from(text).toString("base64"),
    sha: String(numberOf(text)),
    url: at,
    git_url: at,
    html_url: at,
    download_url: at,
    _links: links,
  };
}

export function pullRequest(pull: Pull, baseSha: string, url: string): Json {
  const example = retold(exampleOf("get", `${repos}/pulls/{pull_number}`, 200), pull.recipe, url);
  const side = (owner: string, ref: string, sha: string) => ({
    label: `${owner}:${ref}`,
    ref,
    sha,
    user: user(owner, url),
    repo: repository({ ...pull.recipe, owner }, url),
  });
  return {
    ...example,
    id: pull.number,
    number: pull.number,
    url: `${url}/repos/${fullName(pull.recipe)}/pulls/${pull.number}`,
    html_url: `${url}/${fullName(pull.recipe)}/pull/${pull.number}`,
    state: pull.state,
    title: `Pull request ${pull.number}`,
    user: user(pull.author, url),
    locked: false,
    closed_at: pull.closedAt,
    merged_at: null,
    merged_by: null,
    requested_teams: [],
    head: side(pull.headOwner, pull.headBranch, pull.head),
    base: side(pull.recipe.owner, pull.base, baseSha),
  };
}

/** The pull request as issue_comment tells of it: an issue that has `pull_request`. */
export function issue(pull: Pull, url: string): Json {
  const { issue: example } = payloadExample("issue_comment", "created") as { issue: Json };
  const path = `${url}/repos/${fullName(pull.recipe)}/pulls/${pull.number}`;
  const page = `${url}/${fullName(pull.recipe)}/pull/${pull.number}`;
  const links = { url: path, html_url: page, diff_url: `${page}.diff`, patch_url: `${page}.patch` };
  return {
    ...retold(example, pull.recipe, url),
    id: pull.number,
    number: pull.number,
    title: `Pull request ${pull.number}`,
    state: pull.state,
    user: user(pull.author, url),
    pull_request: { ...links, merged_at: null },
  };
}

export function comment(one: Comment, recipe: Recipe, url: string): Json {
  const path = `${url}/repos/${one.repo}/issues`;
  return {
    ...retold(exampleOf("post", `${repos}/issues/{issue_number}/comments`, 201), recipe, url),
    id: one.id,
    url: `${path}/comments/${one.id}`,
    issue_url: `${path}/${one.issue}`,
    html_url: `${url}/${one.repo}/pull/${one.issue}#issuecomment-${one.id}`,
    body: one.body,
    user: user(one.login, url),
    created_at: one.at,
    updated_at: one.editedAt ?? one.at,
    author_association: "NONE",
  };
}

export function reaction(one: Reaction, url: string): Json {
  const example = exampleOf("post", `${repos}/issues/comments/{comment_id}/reactions`, 201);
  return { ...example, id: one.id, content: one.content, user: user(one.login, url) };
}

export function checkRun(run: CheckRun, recipe: Recipe, state: State, appId: number): Json {
  const example = retold(exampleOf("patch", `${repos}/check-runs/{check_run_id}`, 200), recipe, state.url);
  // GitHub never gives the buttons back, and the annotations elsewhere.
  const { history: _, repo: __, actions: ___, annotations, output, ...fields } = run;
  const page = `${state.url}/${run.repo}/runs/${run.id}`;
  return {
    ...example,
    ...fields,
    url: `${state.url}/repos/${run.repo}/check-runs/${run.id}`,
    html_url: page,
    details_url: page,
    output: { ...(example.output as Json), ...output, annotations_count: annotations.length }, // an object in GitHub's example
    check_suite: { id: numberOf(run.head_sha) },
    app: { ...(example.app as Json), id: appId }, // likewise
    pull_requests: state.pulls
      .filter((pull) => pull.head === run.head_sha && pull.recipe === recipe && pull.state === "open")
      .map((pull) => pullBrief(pull, state.url)),
  };
}

function pullBrief(pull: Pull, url: string): Json {
  const path = `${url}/repos/${fullName(pull.recipe)}`;
  const repo = { id: numberOf(fullName(pull.recipe)), url: path, name: pull.recipe.repo };
  return {
    url: `${path}/pulls/${pull.number}`,
    id: pull.number,
    number: pull.number,
    head: { ref: pull.headBranch, sha: pull.head, repo },
    base: { ref: pull.base, sha: pull.head, repo },
  };
}
