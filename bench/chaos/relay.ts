/**
 * A door between the bot and GitHub, one for each direction: every exchange is shown to whoever watches, and a trouble may befall
 * it. Whoever asks sees the target's own answer otherwise, but for its links to further pages, which lead through this door, too.
 */
import {
  createServer,
  type IncomingHttpHeaders,
  type IncomingMessage,
  type ServerResponse,
  request as send,
} from "node:http";
import { buffer } from "node:stream/consumers";
import { setTimeout as delay } from "node:timers/promises";
import { listen } from "../../test/support/github/server.ts";

export type Exchange = { method: string; path: string; event: string | null; body: string };
export type Trouble =
  | { is: "refused"; status: number; headers: Record<string, string> }
  /** "before": the target never hears of it; "after": it does, and its answer is lost. */
  | { is: "cut"; when: "before" | "after" }
  | { is: "slow"; when: "before" | "after"; ms: number };
type Watcher = {
  asked: (exchange: Exchange) => void;
  answered: (exchange: Exchange) => void;
  troubleOf: (exchange: Exchange) => Trouble | null;
};
export type Relay = {
  url: string;
  /** Null: nobody is there, and every socket is cut. */
  to: (target: string | null) => void;
  close: () => Promise<void>;
};
type Answer = { status: number; headers: IncomingHttpHeaders; body: Buffer };

export const startRelay = async (watcher: Watcher): Promise<Relay> => {
  let target: string | null = null;
  const serve = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const body = await buffer(request);
    const exchange: Exchange = {
      method: request.method ?? "",
      path: new URL(request.url ?? "/", "http://relay").pathname,
      event: String(request.headers["x-github-event"] ?? "") || null,
      body: body.toString(),
    };
    watcher.asked(exchange);
    const trouble = watcher.troubleOf(exchange);
    const waits = async (when: "before" | "after") => {
      if (trouble?.is === "slow" && trouble.when === when) await delay(trouble.ms);
    };
    const isCut = (when: "before" | "after") => trouble?.is === "cut" && trouble.when === when;
    try {
      await waits("before");
      if (target === null || isCut("before")) return void request.socket.destroy();
      const answer = trouble?.is === "refused" ? refusal(trouble) : await passOn(target, request, body);
      await waits("after");
      if (isCut("after")) return void request.socket.destroy();
      const { link } = answer.headers;
      const headers = typeof link === "string" ? { link: link.replaceAll(target, url) } : {};
      response.writeHead(answer.status, { ...answer.headers, ...headers });
      response.end(answer.body);
    } finally {
      watcher.answered(exchange);
    }
  };
  const server = createServer((request, response) => {
    // Whoever asked, or was asked, may have died meanwhile.
    serve(request, response).catch(() => request.socket.destroy());
  });
  const url = await listen(server);
  return {
    url,
    to: (next) => {
      target = next;
    },
    close: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
};

const refusal = ({ status, headers }: Extract<Trouble, { is: "refused" }>): Answer => ({
  status,
  headers: { "content-type": "application/json", ...headers },
  body: Buffer.from(JSON.stringify({ message: `made to answer ${status}` })),
});

const passOn = (target: string, { method, url, headers }: IncomingMessage, body: Buffer): Promise<Answer> =>
  new Promise((resolve, reject) => {
    const asked = send(new URL(url ?? "/", target), { method, headers }, (answer) => {
      const { statusCode = 500, headers: answered } = answer;
      buffer(answer).then((bytes) => resolve({ status: statusCode, headers: answered, body: bytes }), reject);
    });
    asked.on("error", reject);
    asked.end(body);
  });
