/**
 * The stand-in's socket: each request is noted, found, proven, judged and answered, in GitHub's order. A test may ask
 * for one answer to go wrong (`fail`), before or after the work was done, over the real socket. An answer of our own
 * that GitHub's description would not know is a 500: the stand-in may be small, but it may not lie.
 */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { text } from "node:stream/consumers";
import { lies, refusals } from "./description.ts";
import { refusalOf, repositoryAt, serveGit } from "./git-http.ts";
import { callerOf, lackOf } from "./identity.ts";
import { routes } from "./rest.ts";
import { type Answer, type Route, unprocessable, type World } from "./route.ts";
import type { Recipe } from "./state.ts";

type Asked = { method: string; path: string; status: number | "dropped" };
/** `at` "before": GitHub never saw the request. "after": GitHub did the work, and only its answer is lost (not for git). */
export type Fault =
  | { status: number; headers?: Record<string, string>; message?: string; times?: number }
  | { drop: "before" | "after"; times?: number };
export type Matcher = { method?: string; path: RegExp };
type Planned = { matches: Matcher; fault: Fault; left: number };
type Table = { route: Route; pattern: RegExp }[];
type Desk = { world: World; table: Table; requests: Asked[]; planned: Planned[] };

const limits = () => ({
  "x-ratelimit-limit": "15000",
  "x-ratelimit-remaining": "14999",
  "x-ratelimit-used": "1",
  "x-ratelimit-resource": "core",
  // A day and not GitHub's hour: the bot's clock may run fast, and gets an hour ahead of this one within minutes.
  "x-ratelimit-reset": String(Math.ceil(Date.now() / 1_000) + 86_400),
});

export function gitHubServer(world: World, onRequest: () => void) {
  const table = routes(world).map((route) => ({ route, pattern: patternOf(route.path) }));
  const desk: Desk = { world, table, requests: [], planned: [] };
  const server = createServer((request, response) => {
    serve(desk, request, response)
      .catch((error: unknown) => {
        const message = `the stand-in broke: ${String(error)}`;
        if (response.headersSent) response.destroy();
        else reply(response, { status: 500, body: { message } });
      })
      .finally(onRequest);
  });
  return {
    server,
    requests: desk.requests,
    fail: (matches: Matcher, fault: Fault) =>
      void desk.planned.push({ matches, fault, left: fault.times ?? 1 }),
    /** What was to fail works again. */
    mend: () => void desk.planned.splice(0),
  };
}

async function serve(desk: Desk, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const url = new URL(request.url ?? "/", desk.world.state.url);
  const asked: Asked = { method: request.method ?? "", path: url.pathname, status: "dropped" };
  desk.requests.push(asked);
  const fault = nextFault(desk.planned, asked);
  if (fault !== null && "drop" in fault && fault.drop === "before") return void request.socket.destroy();
  const repository = repositoryAt(url.pathname, desk.world.state);
  if (repository !== null && fault === null) {
    asked.status = await readGit(desk.world, request, response, repository, url);
    return;
  }
  const sent = await text(request);
  const isMadeUp = fault !== null && "status" in fault;
  const answer = isMadeUp ? wrongAnswer(fault) : await answerTo(desk, request, url, sent);
  if (fault !== null && "drop" in fault) return void request.socket.destroy();
  asked.status = answer.status;
  reply(response, answer);
}

async function readGit(
  { state, app }: World,
  request: IncomingMessage,
  response: ServerResponse,
  repository: { recipe: Recipe; rest: string },
  { searchParams }: URL,
): Promise<number> {
  const refusal = refusalOf(request, repository.recipe, state, app);
  if (refusal === null) return serveGit(request, response, repository, searchParams.toString());
  response.writeHead(refusal.status, { "www-authenticate": 'Basic realm="GitHub"' });
  response.end(refusal.message);
  return refusal.status;
}

async function answerTo(desk: Desk, request: IncomingMessage, url: URL, sent: string): Promise<Answer> {
  const { state, app } = desk.world;
  const found = find(desk.table, request.method ?? "", url.pathname);
  if (found === null) return saying(501, `the stand-in has no ${request.method} ${url.pathname}`);
  const { route, params } = found;
  const recipe = state.recipes.find(({ owner, repo }) => owner === params.owner && repo === params.repo);
  const caller = callerOf(request.headers.authorization, state, app);
  const lack = lackOf(caller, route.needs, recipe ?? null);
  if (lack !== null) return saying(lack.status, lack.message);
  if (params.owner !== undefined && recipe === undefined) return saying(404, "Not Found");
  const body: unknown = sent === "" ? {} : JSON.parse(sent);
  const wrong = refusals(route.method, route.path, url.searchParams, body);
  if (wrong.length > 0) return unprocessable(`Invalid request.\n\n${wrong.join("\n")}`);
  const none = { owner: "", repo: "", barePath: "" }; // of routes without a repository
  const judged = body as Record<string, unknown>; // by the description, just now
  const query = url.searchParams;
  return honest(route, await route.answer({ caller, recipe: recipe ?? none, params, query, body: judged }));
}

function reply(response: ServerResponse, { status, headers, body }: Answer): void {
  response.writeHead(status, { "content-type": "application/json; charset=utf-8", ...limits(), ...headers });
  response.end(body === undefined ? "" : asJson(body));
}

/** GitHub's greatest ids are more than a JavaScript number holds. */
const asJson = (body: unknown): string =>
  JSON.stringify(body, (_, value: unknown) => (typeof value === "bigint" ? `${value}n` : value)).replaceAll(
    /"(\d+)n"/g,
    "$1",
  );

const saying = (status: number, message: string): Answer => ({ status, body: { message } });

export async function listen(server: Server): Promise<string> {
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("the stand-in has no port");
  return `http://127.0.0.1:${address.port}`;
}

function honest({ method, path }: Route, answer: Answer): Answer {
  const sent: unknown = answer.body === undefined ? undefined : JSON.parse(asJson(answer.body));
  const wrong = lies(method, path, answer.status, sent);
  return wrong.length === 0
    ? answer
    : { status: 500, body: { message: `the stand-in lies: ${wrong.join("; ")}` } };
}

function wrongAnswer({ status, headers, message }: Extract<Fault, { status: number }>): Answer {
  return { status, ...(headers && { headers }), body: { message: message ?? `made to answer ${status}` } };
}

function nextFault(planned: Planned[], { method, path }: Asked): Fault | null {
  const hit = planned.find(
    ({ matches, left }) => left > 0 && (matches.method ?? method) === method && matches.path.test(path),
  );
  if (hit === undefined) return null;
  hit.left -= 1;
  return hit.fault;
}

const patternOf = (template: string): RegExp =>
  new RegExp(`^${template.replaceAll(/\{(\w+)\}/g, "(?<$1>[^/]+)")}$`);

function find(table: Table, method: string, path: string) {
  for (const { route, pattern } of table) {
    const match = route.method === method.toLowerCase() ? pattern.exec(path) : null;
    if (match === null) continue;
    const groups = Object.entries(match.groups ?? {});
    return {
      route,
      params: Object.fromEntries(groups.map(([name, value]) => [name, decodeURIComponent(value)])),
    };
  }
  return null;
}
