/**
 * A proxy before the engine's API that hears each call by its method and path, and lets through what it is told to. Connections that
 * the client takes over (exec, attach) go on as they are.
 */
import { once } from "node:events";
import { createServer, type IncomingMessage, request } from "node:http";
import type { Socket } from "node:net";

/** `path` is without the query, and without the version of the API. */
export type Call = { method: string; path: string };
export type FilteringProxy = {
  /** As DOCKER_HOST has it. */
  host: string;
  calls: Call[];
  refused: Call[];
  close(): Promise<void>;
};

const callOf = ({ method = "", url = "" }: Pick<IncomingMessage, "method" | "url">): Call => ({
  method,
  path: (url.split("?", 1)[0] ?? "").replace(/^\/v1\.\d+(?=\/)/, ""),
});

export const filteringProxy = async (
  engine: string,
  socketPath: string,
  allows: (call: Call) => boolean = () => true,
): Promise<FilteringProxy> => {
  const enginePath = new URL(engine).pathname;
  const calls: Call[] = [];
  const refused: Call[] = [];
  const hear = (message: IncomingMessage): boolean => {
    const call = callOf(message);
    const isAllowed = allows(call);
    (isAllowed ? calls : refused).push(call);
    return isAllowed;
  };
  const upstreamOf = ({ method, url, headers }: IncomingMessage) =>
    request({ socketPath: enginePath, method, path: url, headers });

  const server = createServer({ requestTimeout: 0 }, (asked, answer) => {
    if (!hear(asked)) {
      answer.writeHead(403, { "content-type": "application/json" });
      answer.end(JSON.stringify({ message: "this call is not allowed here" }));
      return;
    }
    const upstream = upstreamOf(asked);
    upstream.on("response", (said) => {
      answer.writeHead(said.statusCode ?? 502, said.headers);
      // An event stream says nothing for long after its head.
      answer.flushHeaders();
      said.pipe(answer);
      said.on("error", () => answer.destroy());
    });
    upstream.on("error", () => answer.destroy());
    answer.on("close", () => upstream.destroy());
    asked.pipe(upstream);
  });
  server.on("upgrade", (asked: IncomingMessage, client: Socket, head: Buffer) => {
    if (!hear(asked)) {
      client.end("HTTP/1.1 403 Forbidden\r\ncontent-length: 0\r\n\r\n");
      return;
    }
    const upstream = upstreamOf(asked);
    upstream.on("upgrade", (said, socket, first) => {
      const lines = said.rawHeaders.flatMap((name, at) =>
        at % 2 === 0 ? [`${name}: ${said.rawHeaders[at + 1]}`] : [],
      );
      client.write(`HTTP/1.1 ${said.statusCode} ${said.statusMessage}\r\n${lines.join("\r\n")}\r\n\r\n`);
      client.write(first);
      socket.write(head);
      socket.pipe(client).pipe(socket);
      for (const [one, other] of [[client, socket] as const, [socket, client] as const])
        one.on("error", () => other.destroy()).on("close", () => other.destroy());
    });
    // Neither taken over nor refused by us: what the engine says instead goes back as it is.
    upstream.on("response", (said) => {
      client.write(`HTTP/1.1 ${said.statusCode} ${said.statusMessage}\r\nconnection: close\r\n\r\n`);
      said.pipe(client);
    });
    upstream.on("error", () => client.destroy());
    upstream.end();
  });
  server.listen(socketPath);
  await once(server, "listening");
  return {
    host: `unix://${socketPath}`,
    calls,
    refused,
    async close() {
      server.closeAllConnections();
      server.close();
      await once(server, "close");
    },
  };
};
