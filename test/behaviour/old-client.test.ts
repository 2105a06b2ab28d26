/** A docker client without `stack config` is ours to mend; its complaint about a flag is nothing that a recipe did. */
import { chmod, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { dockerStackDeployer } from "../../src/swarm/docker-stack-deployer.ts";

test("a docker client of 20.10 is told as too old, with the way out", async () => {
  const folder = await mkdtemp(join(tmpdir(), "testme-old-client-"));
  onTestFinished(() => rm(folder, { recursive: true }));
  const client = join(folder, "docker");
  // As 20.10.24 answers, word for word.
  const says =
    "unknown flag: --compose-file\nSee 'docker stack --help'.\n\nUsage:  docker stack [OPTIONS] COMMAND\n";
  await writeFile(client, `#!/bin/sh\ncat >&2 <<'END'\n${says}END\nexit 125\n`);
  await chmod(client, 0o755);
  const deployer = dockerStackDeployer({
    owner: "a test",
    path: client,
    host: "unix:///nowhere.sock",
    configDirectory: folder,
    resolveImage: "never",
  });
  const stack = { name: "s", appDomain: "s" };
  const values = new Map([["PATH", "/usr/bin:/bin"]]);
  const files = ["compose.yml"];
  const app = { recipe: "r", stack, directory: folder, scratch: folder, files, overlay: null, values };
  await expect(deployer.config(app)).rejects.toMatchObject({
    party: "engine",
    message: expect.stringContaining("older than 23.0"),
    mend: expect.stringContaining("23.0 or newer"),
  });
});
