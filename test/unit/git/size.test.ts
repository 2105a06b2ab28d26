/** Repositories that would fill the bot's disk: by what they are, and by what a few kilobytes of them unfold to. */
import { randomBytes } from "node:crypto";
import { existsSync, statSync } from "node:fs";
import { mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { gitOnDisk } from "../../../src/git/simple-git.ts";
import { openOrigin } from "../../support/origin.ts";

const MIB = 1024 ** 2;
const NAMES = Array.from({ length: 10 }, (_, i) => `n${i}`);

const open = async () => {
  const folder = await mkdtemp(join(tmpdir(), "testme-size-"));
  onTestFinished(() => rm(folder, { recursive: true }));
  const origin = openOrigin(folder);
  const edge = (roomBytes: number) => gitOnDisk(join(folder, "mirrors"), process.env.PATH ?? "", roomBytes);
  const { directory } = edge(0).mirrorOf(origin.url);
  return { ...origin, folder, edge, packs: join(directory, "objects", "pack") };
};

const refused = {
  party: "git",
  message: expect.stringContaining("is larger than this bot keeps of a repository"),
  mend: expect.stringContaining("MAX_REPOSITORY"),
};

test("a repository that is larger than there is room for is not fetched to its end, and nothing of it stays", async () => {
  const { url, flat, put, edge, packs } = await open();
  put(flat({ a: "small\n" }));
  await edge(8 * MIB).fetch({ url, token: null });
  put(flat({ a: randomBytes(64 * MIB) }));
  await expect(edge(8 * MIB).fetch({ url, token: null })).rejects.toMatchObject(refused);
  const sizes = (await readdir(packs)).map((name) => statSync(join(packs, name)).size);
  expect(sizes.length).toBeGreaterThan(0);
  expect(Math.max(...sizes)).toBeLessThan(MIB);
  // The mirror works as it did, and takes what is small again.
  const commit = put(flat({ a: "small again\n" }));
  const mirror = await edge(128 * MIB).fetch({ url, token: null });
  expect(await edge(128 * MIB).show(mirror, commit, "a")).toBe("small again\n");
});

test("a commit that names more files than a disk holds is never unfolded", async () => {
  const { folder, url, flat, tree, put, edge } = await open();
  let id: string = flat(Object.fromEntries(NAMES.map((name) => [name, "boom\n"])));
  const inner = id;
  for (let depth = 0; depth < 9; depth++) id = tree(NAMES.map((name) => ({ mode: "40000", of: id, name })));
  const [small, bomb] = [put(inner), put(id)];
  const git = edge(16 * MIB);
  const mirror = await git.fetch({ url, token: null });
  const directory = join(folder, "tree");
  await expect(git.addTree(mirror, directory, bomb)).rejects.toMatchObject(refused);
  expect(existsSync(directory)).toBe(false);
  expect(await git.resolve(mirror, small)).toBeNull();
});

test("nor is one whose files are all but empty on the way, at first or when a tree is moved to it", async () => {
  const { folder, url, flat, put, edge } = await open();
  const small = put(flat({ a: "small\n" }));
  const git = edge(16 * MIB);
  const directory = join(folder, "tree");
  await git.addTree(await git.fetch({ url, token: null }), directory, small);
  const zeros = put(flat({ a: Buffer.alloc(32 * MIB) }));
  const mirror = await git.fetch({ url, token: null });
  await expect(git.moveTree(directory, zeros)).rejects.toMatchObject(refused);
  expect((await git.headOf(directory)).commit).toBe(small);
  await expect(git.addTree(mirror, join(folder, "other"), zeros)).rejects.toMatchObject(refused);
});
