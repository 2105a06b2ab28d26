/** A unix socket before the engine's own, whose connections can be cut, and which can be gone for a while. */
import { createConnection, createServer, type Socket } from "node:net";

export type EngineProxy = {
  /** As DOCKER_HOST has it. */
  host: string;
  /** Cuts all connections; nobody answers any more. */
  goAway(): Promise<void>;
  comeBack(): Promise<void>;
};

export const engineProxy = async (engine: string, path: string): Promise<EngineProxy> => {
  const enginePath = new URL(engine).pathname;
  const sockets = new Set<Socket>();
  const keep = (socket: Socket) => {
    sockets.add(socket);
    socket.on("close", () => sockets.delete(socket));
    // A cut connection is what this is for.
    socket.on("error", () => socket.destroy());
  };
  // The docker client shuts its half of a connection down and goes on reading.
  const server = createServer({ allowHalfOpen: true }, (client) => {
    const upstream = createConnection({ path: enginePath, allowHalfOpen: true });
    for (const socket of [client, upstream]) keep(socket);
    client.pipe(upstream).pipe(client);
    client.on("close", () => upstream.destroy());
    upstream.on("close", () => client.destroy());
  });
  const comeBack = () => new Promise<void>((resolve) => server.listen(path, resolve));
  await comeBack();
  return {
    host: `unix://${path}`,
    comeBack,
    goAway: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        for (const socket of sockets) socket.destroy();
      }),
  };
};
