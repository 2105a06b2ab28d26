/**
 * Git over HTTP, by git's own server program (git http-backend) on the real bare repositories. Reading demands a token
 * with `contents`, as a private repository on GitHub does; nothing can be pushed.
 */
import { spawn } from "node:child_process";
import type { IncomingMessage, ServerResponse } from "node:http";
import { type App, callerOf, lackOf } from "./identity.ts";
import { fullName, type Recipe, type State } from "./state.ts";

/** GitHub serves any commit of a repository by its hash, and the fixtures may belong to another user. */
const settings = {
  "uploadpack.allowAnySHA1InWant": "true",
  "safe.directory": "*",
  "http.receivepack": "false",
};

export function repositoryAt(path: string, state: State): { recipe: Recipe; rest: string } | null {
  for (const recipe of state.recipes) {
    const prefix = `/${fullName(recipe)}.git/`;
    if (path.startsWith(prefix)) return { recipe, rest: path.slice(prefix.length - 1) };
  }
  return null;
}

/** Null: whoever asks may read. */
export function refusalOf(request: IncomingMessage, recipe: Recipe, state: State, app: App) {
  if (recipe.isPublic && request.headers.authorization === undefined) return null;
  const caller = callerOf(request.headers.authorization, state, app);
  return lackOf(caller, [["contents", "read"]], recipe);
}

export function serveGit(
  request: IncomingMessage,
  response: ServerResponse,
  { recipe, rest }: { recipe: Recipe; rest: string },
  query: string,
): Promise<number> {
  const child = spawn("git", ["http-backend"], { env: environmentOf(request, recipe, rest, query) });
  request.pipe(child.stdin);
  child.stdin.on("error", () => {}); // git has heard enough
  return new Promise((resolve, reject) => {
    let head = Buffer.alloc(0);
    let status: number | null = null;
    child.stdout.on("data", (bytes: Buffer) => {
      if (status !== null) return void response.write(bytes);
      head = Buffer.concat([head, bytes]);
      const end = head.indexOf("\r\n\r\n");
      if (end < 0) return;
      status = writeHead(response, head.subarray(0, end).toString());
      response.write(head.subarray(end + 4));
    });
    child.on("error", reject);
    child.on("close", () => {
      if (status === null) response.writeHead(500);
      response.end();
      resolve(status ?? 500);
    });
  });
}

function environmentOf(request: IncomingMessage, recipe: Recipe, rest: string, query: string) {
  const entries = Object.entries(settings);
  const config = entries.flatMap(([key, value], i) => [
    [`GIT_CONFIG_KEY_${i}`, key],
    [`GIT_CONFIG_VALUE_${i}`, value],
  ]);
  return {
    PATH: process.env.PATH,
    GIT_CONFIG_COUNT: String(entries.length),
    ...Object.fromEntries(config),
    GIT_PROJECT_ROOT: recipe.barePath,
    GIT_HTTP_EXPORT_ALL: "1",
    GIT_PROTOCOL: String(request.headers["git-protocol"] ?? ""),
    PATH_INFO: rest,
    QUERY_STRING: query,
    REQUEST_METHOD: request.method,
    CONTENT_TYPE: request.headers["content-type"] ?? "",
    HTTP_CONTENT_ENCODING: request.headers["content-encoding"] ?? "",
    REMOTE_USER: "x-access-token",
    REMOTE_ADDR: "127.0.0.1",
  };
}

function writeHead(response: ServerResponse, head: string): number {
  let status = 200;
  for (const line of head.split("\r\n")) {
    const [name = "", ...value] = line.split(":");
    if (name.toLowerCase() === "status") status = Number.parseInt(value.join(":"), 10);
    else response.setHeader(name, value.join(":").trim());
  }
  response.writeHead(status);
  return status;
}
