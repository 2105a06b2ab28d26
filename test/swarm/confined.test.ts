/**
 * A run where the bot may as little as deploy/compose.yml lets it: another user than root, no capabilities, a file system that is
 * read-only but for its data folder and a folder for what is temporary, of which nothing can be executed.
 */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { chmodSync, mkdirSync, rmSync } from "node:fs";
import { chown, readdir } from "node:fs/promises";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { afterAll, expect, it, onTestFinished } from "vitest";
import { leftovers } from "../support/engine.ts";
import { filteringProxy } from "../support/filtering-proxy.ts";
import { TEST_POLICY } from "../support/policy.ts";
import * as recipes from "../support/recipes-levels.ts";
import { engineHost, temporaryFolder } from "../support/swarm-tools.ts";

const folder = temporaryFolder();
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const UID = 1000;
/** In a mount namespace of its own everything is made read-only but what is mounted for it; then root is given up. */
const CONFINED = `
mount --bind "$DATA" "$DATA"
for mounted in $(cut -d' ' -f2 /proc/self/mounts | sort -u); do
  case $mounted in "$DATA" | /proc* | /sys* | /dev*) ;; *) mount -o remount,bind,ro "$mounted" ;; esac
done
mount -t tmpfs -o noexec,nosuid,nodev,size=64m,mode=1777 tmpfs "$TMPDIR"
! touch "$DATA/../writes" 2>/dev/null
exec setpriv --reuid=${UID} --regid=${UID} --clear-groups --no-new-privs --inh-caps=-all --bounding-set=-all "$@"
`;

const confined = async (command: readonly string[], env: Record<string, string>) => {
  const script = ["--mount", "--propagation", "private", "bash", "-euc", CONFINED, "confined", ...command];
  const child = spawn("unshare", script, { env, stdio: ["ignore", "pipe", "pipe"] });
  const [said, complained, [exitCode]] = await Promise.all([
    text(child.stdout),
    text(child.stderr),
    once(child, "close"),
  ]);
  return { exitCode: exitCode as number, said, complained };
};

const giveAway = async (path: string): Promise<void> => {
  await chown(path, UID, UID);
  for (const entry of await readdir(path, { recursive: true })) await chown(join(path, entry), UID, UID);
};

it("is enough for every stage", async () => {
  const before = await leftovers(engineHost());
  chmodSync(folder, 0o755);
  const proxy = await filteringProxy(engineHost(), join(folder, "engine.sock"));
  onTestFinished(proxy.close);
  chmodSync(join(folder, "engine.sock"), 0o666);
  const [data, temporary] = [join(folder, "data"), join(folder, "temporary")];
  for (const path of [data, temporary]) mkdirSync(path);
  const { path, head } = await recipes.shop(join(folder, "recipes"));
  for (const given of [data, join(folder, "recipes")]) await giveAway(given);

  const env = {
    PATH: process.env.PATH ?? "",
    DATA: data,
    TMPDIR: temporary,
    TESTME_DATA: data,
    DOCKER_HOST: proxy.host,
    PROBE_IMAGE: "testme/fixture:1",
    RESOLVE_IMAGE: "never",
    PULL_IMAGES: "never",
    MIN_FREE_MEMORY: "32M",
    POLICY: TEST_POLICY,
  };
  const cli = join(import.meta.dirname, "../../src/cli.ts");
  const run = await confined([process.execPath, cli, "run", path, "--head", head, "--json"], env);
  expect(run.exitCode, run.complained).toBe(0);
  expect(JSON.parse(run.said.trimEnd().split("\n").at(-1) ?? "")).toMatchObject({ verdict: "pass" });

  // It was confined: the same may neither write elsewhere nor execute what it has written there.
  for (const attempt of [
    `touch ${folder}/own`,
    'cp /bin/true "$TMPDIR/true" && "$TMPDIR/true"',
    "chown 0 $DATA/own",
  ])
    expect((await confined(["sh", "-c", attempt], env)).exitCode, attempt).not.toBe(0);
  expect(await leftovers(engineHost(), { except: before })).toEqual([]);
});
