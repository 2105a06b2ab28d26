/** An engine that takes calls and never answers them. */
import { mkdtemp, rm } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { dockerodeSwarm } from "../../../src/swarm/dockerode-swarm.ts";

test("is a fault that names it, and holds nobody for ever", async () => {
  const folder = await mkdtemp(join(tmpdir(), "testme-silent-"));
  const socket = join(folder, "engine.sock");
  const server = createServer().listen(socket);
  const swarm = dockerodeSwarm(`unix://${socket}`, "busybox", "a test", { answersWithinMs: 50 });
  const { check, room, ownStacks } = swarm;
  const calls = [check, room, () => swarm.read("s", null), () => swarm.container("c"), ownStacks];
  for (const call of calls)
    await expect(call()).rejects.toMatchObject({
      party: "engine",
      message: expect.stringContaining(`The Docker engine at unix://${socket} does not answer`),
    });
  server.close();
  await rm(folder, { recursive: true });
});
