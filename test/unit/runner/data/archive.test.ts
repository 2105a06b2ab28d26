import { createReadStream } from "node:fs";
import { mkdtemp, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Readable } from "node:stream";
import { buffer } from "node:stream/consumers";
import { extract, type Header, pack } from "tar-stream";
import { afterAll, beforeAll, expect, it } from "vitest";
import { contentOf, keep, packed } from "../../../../src/runner/data/archive.ts";

const ROOM = 10_000_000;
let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "testme-archive-"));
});
afterAll(() => rm(folder, { recursive: true }));

const tarOf = (...entries: [Partial<Header> & { name: string }, string?][]): Readable => {
  const archive = pack();
  for (const [header, content = ""] of entries) archive.entry(header, content);
  archive.finalize();
  return Readable.from(archive);
};
const read = async (file: string) => {
  const entries = createReadStream(file).pipe(extract());
  const found: { header: Header; content: string }[] = [];
  for await (const entry of entries)
    found.push({ header: entry.header, content: (await buffer(entry)).toString("utf8") });
  return found;
};

it("keeps a volume as it is, with names from its own folder, and counts what is not ours", async () => {
  const file = join(folder, "volume.tar");
  const big = "x".repeat(100_000);
  const kept = await keep(
    tarOf(
      [{ name: "data/", type: "directory", mode: 0o700, uid: 70, gid: 71 }],
      [{ name: "data/.testme-mark" }, "testme"],
      [{ name: "data/empty.gz" }, ""],
      [{ name: "data/deep/big", mode: 0o640, uid: 70 }, big],
      [{ name: "data/hard", type: "link", linkname: "data/deep/big" }],
      [{ name: "data/soft", type: "symlink", linkname: "../elsewhere" }],
    ),
    { from: "/var/data", root: "/var/data", mark: "/var/data/.testme-mark" },
    file,
    ROOM,
  );
  expect(kept).toEqual({ is: "kept", of: "directory", files: 2, filled: 1, bytes: 100_000, hasMark: true });
  const found = await read(file);
  expect(found.map(({ header }) => [header.name, header.type, header.linkname])).toEqual([
    ["./", "directory", null],
    [".testme-mark", "file", null],
    ["empty.gz", "file", null],
    ["deep/big", "file", null],
    ["hard", "link", "deep/big"],
    ["soft", "symlink", "../elsewhere"],
  ]);
  expect(found[0]?.header).toMatchObject({ mode: 0o700, uid: 70, gid: 71 });
  expect(found[3]).toMatchObject({ header: { mode: 0o640, uid: 70 }, content: big });
});

it("keeps one file of a volume under its folder there", async () => {
  const file = join(folder, "file.tar");
  const kept = await keep(
    tarOf([{ name: "rows.sql" }, "42"]),
    { from: "/data/dump/rows.sql", root: "/data", mark: null },
    file,
    ROOM,
  );
  expect(kept).toMatchObject({ of: "file", files: 1, filled: 1, bytes: 2, hasMark: false });
  expect((await read(file))[0]?.header.name).toBe("dump/rows.sql");
});

it("a long name, and an attribute of a file, come through", async () => {
  const file = join(folder, "long.tar");
  const name = `data/${"long/".repeat(60)}file`;
  const pax = { "SCHILY.xattr.user.kind": "app" };
  await keep(tarOf([{ name, pax }, "x"]), { from: "/data", root: "/data", mark: null }, file, ROOM);
  const [found] = await read(file);
  expect(found?.header).toMatchObject({
    name: name.slice("data/".length),
    pax: { ...pax, path: name.slice("data/".length) },
  });
});

it("an archive that breaks off is no archive", async () => {
  const whole = await buffer(tarOf([{ name: "data/big" }, "x".repeat(50_000)]));
  const piece = { from: "/data", root: "/data", mark: null };
  const cut = () => Readable.from([whole.subarray(0, 20_000)]);
  await expect(keep(cut(), piece, join(folder, "cut.tar"), ROOM)).rejects.toThrow(/Unexpected end of data/);
  const broken = new Readable({
    read() {
      this.destroy(new Error("the engine went away"));
    },
  });
  await expect(keep(broken, piece, join(folder, "gone.tar"), ROOM)).rejects.toThrow("the engine went away");
});

it("what is larger than there is room for ends before it fills the disk", async () => {
  const [file, piece] = [join(folder, "large.tar"), { from: "/data", root: "/data", mark: null }];
  let handedOver = 0;
  const archive = pack();
  const content = function* () {
    for (; ; handedOver++) yield Buffer.alloc(65_536);
  };
  const endless = archive.entry({ name: "data/endless", size: 2 ** 40 });
  // Whoever packs it hears of the end as well.
  Readable.from(content()).pipe(endless.on("error", () => undefined));
  await expect(keep(Readable.from(archive), piece, file, 1_000_000)).rejects.toMatchObject({
    party: "bot",
    mend: expect.stringContaining("MAX_BACKUP"),
  });
  expect((await stat(file)).size).toBeLessThanOrEqual(1_000_000);
  expect(handedOver).toBeLessThan(64);
});

it("the content of a file that was packed", async () => {
  expect(await contentOf(packed(".mark", "well"))).toBe("well");
});
