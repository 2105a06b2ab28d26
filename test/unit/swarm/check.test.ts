/** What an engine says of itself, and whether it may be another by waiting. */
import { mkdtemp, rm } from "node:fs/promises";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { dockerodeSwarm } from "../../../src/swarm/dockerode-swarm.ts";
import { isAway } from "../../../src/swarm/engine-fault.ts";

/** What `check` throws at an engine that answers with this; null where it is content. */
const thrownAt = async (status: number, answer: object): Promise<unknown> => {
  const folder = await mkdtemp(join(tmpdir(), "testme-check-"));
  const socket = join(folder, "engine.sock");
  const server = createServer((_, response) => {
    response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(answer));
  }).listen(socket);
  try {
    return await dockerodeSwarm(`unix://${socket}`, "busybox", "a test")
      .check()
      .then(
        () => null,
        (error: unknown) => error,
      );
  } finally {
    server.closeAllConnections();
    server.close();
    await rm(folder, { recursive: true });
  }
};
const node = (LocalNodeState: string, ControlAvailable: boolean) => ({
  ServerVersion: "27.0.0",
  MemTotal: 1024,
  Swarm: { NodeID: "n", LocalNodeState, ControlAvailable },
});

test("a manager is what is wanted", async () => {
  expect(await thrownAt(200, node("active", true))).toBeNull();
});

test.each<[string, number, object, boolean, RegExp]>([
  [
    "its node is not back in the swarm yet",
    200,
    node("pending", false),
    true,
    /is not ready: its node is pending$/,
  ],
  ["it is in no swarm", 200, node("inactive", false), false, /is no Swarm manager \(its node is inactive\)$/],
  ["it is a worker", 200, node("active", false), false, /is no Swarm manager \(its node is active\)$/],
  ["it refuses to say", 500, { message: "no" }, false, /^The Docker engine refused a call: .*no\s*$/],
])("and what is not is a fault, which may pass or not: %s", async (_, status, answer, mayPass, message) => {
  const thrown = await thrownAt(status, answer);
  expect(thrown).toMatchObject({ party: "engine", message: expect.stringMatching(message) });
  expect(isAway(thrown)).toBe(mayPass);
});
