/**
 * How much room the engine's host has, against how much a run wants before it begins. What is not known lacks nothing: a
 * host that does not tell its figures keeps no run from beginning.
 */
export type Room = {
  /** What programs can still have without swap, within the tightest budget around the engine's containers; null: not known. */
  memoryFreeBytes: number | null;
  /** The whole of it: that budget, or the host's memory; null: not known. */
  memoryBytes: number | null;
  /** On the disk where the engine keeps what containers write, for those who are not root; null: not known. */
  diskFreeBytes: number | null;
  /** The whole of that disk; null: not known. */
  diskBytes: number | null;
};
export type WantedRoom = { memoryBytes: number; diskBytes: number };
export type Lack = { of: "memory" | "disk"; freeBytes: number; ofBytes: number | null; wantedBytes: number };

/** None where there is enough of everything. */
export const lacksOf = (room: Room, wanted: WantedRoom): Lack[] =>
  [
    lack("memory", room.memoryFreeBytes, room.memoryBytes, wanted.memoryBytes),
    lack("disk", room.diskFreeBytes, room.diskBytes, wanted.diskBytes),
  ].filter((found) => found !== null);

const lack = (
  of: Lack["of"],
  freeBytes: number | null,
  ofBytes: number | null,
  wantedBytes: number,
): Lack | null =>
  freeBytes === null || freeBytes >= wantedBytes ? null : { of, freeBytes, ofBytes, wantedBytes };
