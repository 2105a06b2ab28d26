/** What a small container says of the engine's host, read. */
import { expect, test } from "vitest";
import { roomOf } from "../../../src/swarm/room.ts";

const meminfo = "MemTotal:       24684092 kB\nMemFree:        22611832 kB\nMemAvailable:   23885740 kB\n";
const head = "Filesystem           1024-blocks    Used Available Capacity Mounted on\n";
const df = `${head}overlay              264212084  25302196  81088716  24% /\n`;
const host = {
  memoryFreeBytes: 23885740 * 1024,
  memoryBytes: 24684092 * 1024,
  diskFreeBytes: 81088716 * 1024,
  diskBytes: 264212084 * 1024,
};

test("the host's memory that is available, and what is free for others than root on the disk", () => {
  expect(roomOf(meminfo + df, null)).toEqual(host);
});

test("a device of a long name, or with blanks, is one line still", () => {
  const name = `/dev/mapper/${"vg-".repeat(20)}docker data`;
  expect(roomOf(`${meminfo}${head}${name} 264212084 25302196 81088716 24% /\n`, null)).toEqual(host);
});

test("of the host's memory and a budget around its containers the one with less free counts", () => {
  const tight = { limitBytes: 512 * 1024 ** 2, freeBytes: 100 * 1024 ** 2 };
  expect(roomOf(meminfo + df, tight)).toEqual({
    ...host,
    memoryFreeBytes: tight.freeBytes,
    memoryBytes: tight.limitBytes,
  });
  const wide = { limitBytes: 64 * 1024 ** 3, freeBytes: 63 * 1024 ** 3 };
  expect(roomOf(meminfo + df, wide)).toEqual(host);
});

test("what is not said is not known", () => {
  const unknown = { memoryFreeBytes: null, memoryBytes: null, diskFreeBytes: null, diskBytes: null };
  expect(roomOf("sh: cat: not found\nsh: df: not found\n", null)).toEqual(unknown);
  expect(roomOf(`${head}none 0 0 0 - /\noverlay 9 1 8 11% /data\n`, null)).toEqual(unknown);
  expect(roomOf(df, { limitBytes: 2, freeBytes: 1 })).toMatchObject({ memoryFreeBytes: 1, memoryBytes: 2 });
});
