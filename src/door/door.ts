/**
 * The bot's door: plain HTTP, of which everything that comes in is foreign. It says nothing of the host, lets nobody hold a
 * connection open by being slow, and gives browsers nothing to run.
 */
import {
  createServer,
  type IncomingMessage,
  type Server,
  type ServerOptions,
  type ServerResponse,
} from "node:http";
import type { Logger } from "pino";
import { deliveryTaker, type Reply, tooOften, type Webhooks } from "./deliveries.ts";
import { looks, wrongDeliveries } from "./limits.ts";

/** What a page says; null where there is none of that address. */
export type PageOf = (request: IncomingMessage) => Promise<Reply> | null;

/** GitHub waits for 10 s, so whoever is slower is not GitHub. */
const PATIENCE: ServerOptions = {
  headersTimeout: 10_000,
  requestTimeout: 30_000,
  connectionsCheckingInterval: 5_000,
};

const HEADERS = {
  "content-type": "text/plain; charset=utf-8",
  "content-security-policy": "default-src 'none'; frame-ancestors 'none'",
  "x-content-type-options": "nosniff",
  "x-frame-options": "DENY",
  "referrer-policy": "no-referrer",
  "cache-control": "no-store",
};

export const openDoor = (
  parts: { webhooks: Webhooks; webhooksPath: string; pageOf: PageOf; log: Logger },
  patience = PATIENCE,
): Server => {
  const { webhooks, webhooksPath, pageOf, log } = parts;
  const looked = looks();
  const take = deliveryTaker(webhooks, wrongDeliveries(), ({ address, why }) =>
    log.warn({ address }, `a delivery was refused: ${why}`),
  );
  const look = async (request: IncomingMessage): Promise<Reply> => {
    const waitS = await looked.count(request.socket.remoteAddress ?? "nobody");
    if (waitS !== null) return tooOften(waitS);
    return (await pageOf(request)) ?? { status: 404, body: "There is nothing here.\n" };
  };
  const reply = (request: IncomingMessage): Promise<Reply> =>
    request.url === webhooksPath ? take(request) : look(request);
  return createServer(patience, (request, response) => {
    void reply(request)
      .catch((err: unknown): Reply => {
        log.error({ err }, "a page could not be made");
        return { status: 500, body: "This cannot be shown now; the bot's log says why.\n" };
      })
      .then((answer) => send(response, answer));
  });
};

const send = (response: ServerResponse, { status, body, headers }: Reply): void =>
  void response.writeHead(status, { ...HEADERS, ...headers }).end(body);
