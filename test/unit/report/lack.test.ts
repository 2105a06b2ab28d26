import { expect, test } from "vitest";
import { lackOf } from "../../../src/report/lack.ts";
import type { Room } from "../../../src/run/room.ts";

const [MIB, GIB] = [1024 ** 2, 1024 ** 3];
const wanted = { memoryBytes: 256 * MIB, diskBytes: 2 * GIB };
const enough: Room = {
  memoryFreeBytes: 256 * MIB,
  memoryBytes: 512 * MIB,
  diskFreeBytes: 2 * GIB,
  diskBytes: 40 * GIB,
};

test("just enough lacks nothing, and neither does what nobody knows", () => {
  expect(lackOf(enough, wanted)).toBeNull();
  const unknown = { memoryFreeBytes: null, memoryBytes: null, diskFreeBytes: null, diskBytes: null };
  expect(lackOf(unknown, wanted)).toBeNull();
  expect(
    lackOf({ ...enough, memoryFreeBytes: 0, diskFreeBytes: 0 }, { memoryBytes: 0, diskBytes: 0 }),
  ).toBeNull();
});

test.each<[string, Partial<Room>, string, string]>([
  [
    "memory, by a byte",
    { memoryFreeBytes: 256 * MIB - 1 },
    "The engine's host has 256 MiB of its 512 MiB of memory free, and a run wants 256 MiB",
    "Free memory there, or have runs want less by MIN_FREE_MEMORY.",
  ],
  [
    "memory, of which nobody knows the whole",
    { memoryFreeBytes: 120 * MIB, memoryBytes: null },
    "The engine's host has 120 MiB of memory free, and a run wants 256 MiB",
    "Free memory there, or have runs want less by MIN_FREE_MEMORY.",
  ],
  [
    "disk",
    { diskFreeBytes: 0 },
    "The engine's host has 0 B of its 40.0 GiB of disk free, and a run wants 2.0 GiB",
    "Free disk there, or have runs want less by MIN_FREE_DISK.",
  ],
  [
    "both",
    { memoryFreeBytes: 9.5 * MIB, diskFreeBytes: 1.25 * GIB },
    "The engine's host has 9.5 MiB of its 512 MiB of memory free and 1.3 GiB of its 40.0 GiB of disk free, and a run wants 256 MiB and 2.0 GiB",
    "Free memory and disk there, or have runs want less by MIN_FREE_MEMORY and MIN_FREE_DISK.",
  ],
])("says with figures what lacks: %s", (_, room, is, mend) => {
  expect(lackOf({ ...enough, ...room }, wanted)).toEqual({ is, mend });
});
