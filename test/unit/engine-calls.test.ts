// docs/engine-calls.md and deploy/engine-calls.lst are written from deploy/engine-calls.json: `vitest -u` writes them anew.
import { expect, it } from "vitest";
import { deployFile, isOf, lineOf, neededCalls } from "../support/engine-calls.ts";

const calls = neededCalls();
const rows = calls.map(
  ({ method, path, why, when }) => `| \`${method} ${path}\` | ${why}${when ? ` (${when})` : ""} |`,
);

const reference = `# What the bot asks of the engine

Whoever may talk to a Docker engine owns its host, so the bot need not have its socket: it can have a proxy's, which lets through the calls below
and no others. They are all that it makes; \`test/swarm/engine-calls.test.ts\` hears every call of whole runs and compares, and takes a run through
haproxy with [this configuration](../deploy/haproxy.cfg). [deploy/compose.yml](../deploy/compose.yml) puts both up: the bot with no socket but the
proxy's, the proxy with no network at all.

**What that is worth.** Images cannot be built, pushed, tagged or taken away, the swarm not be left, joined or given other keys, nodes not be changed, plugins not be
installed, running containers not be renamed, committed or attached to. **What it is not worth:** the proxy sees methods and paths, and not what a
service or a container is to be. Whoever has taken over the bot can still have a container with the host's files made. Against recipes that is the
[policy](policy.md)'s to stop; against a bot that is taken over, only a host of the engine's own helps.

A socket, rather than a port, also lets the bot read the kernel's account of memory, where it runs on the engine's host. Pin the images by digest
(\`haproxy:3.2-alpine@sha256:…\`) once you have looked at them: a tag may be moved.

| call | for |
| --- | --- |
${rows.join("\n")}
`;

it("the reference lists them, and so does the proxy's own file", async () => {
  await expect(reference).toMatchFileSnapshot("../../docs/engine-calls.md");
  await expect(`${calls.map(lineOf).join("\n")}\n`).toMatchFileSnapshot(deployFile("engine-calls.lst"));
});

it("none is there twice", () => {
  expect(new Set(calls.map(lineOf)).size).toBe(calls.length);
});

it.each([
  ["GET", "/info", true],
  ["GET", "/v1.41/info", true],
  ["POST", "/info", false],
  ["GET", "/information", false],
  ["GET", "/v1.41/containers/../info", false],
  ["GET", "/containers/a/b/json", false],
  ["GET", "/images/git.example:443/team/app:1@sha256:ab/json", true],
  ["GET", "/images/../containers/x/json", false],
  ["POST", "/build", false],
  ["POST", "/containers/x/attach", false],
  ["POST", "/swarm/leave", false],
  ["POST", "/images/x/push", false],
  ["DELETE", "/images/x", false],
  ["POST", "/plugins/pull", false],
])("%s %s is one of them: %s", (method, path, is) => {
  expect(calls.some((call) => isOf(call)({ method, path }))).toBe(is);
});
