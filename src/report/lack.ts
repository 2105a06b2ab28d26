/** What the engine's host lacks, with the figures, and what a person can do about it. */
import { type Lack, lacksOf, type Room, type WantedRoom } from "../run/room.ts";
import { bytesWords } from "./amounts.ts";

/** Null where the room is enough. */
export const lackOf = (room: Room, wanted: WantedRoom): { is: string; mend: string } | null => {
  const lacks = lacksOf(room, wanted);
  if (lacks.length === 0) return null;
  return {
    is: `The engine's host has ${lacks.map(freeWords).join(" and ")}, and a run wants ${lacks
      .map(({ wantedBytes }) => bytesWords(wantedBytes))
      .join(" and ")}`,
    mend: `Free ${lacks.map(({ of }) => of).join(" and ")} there, or have runs want less by ${lacks
      .map(({ of }) => SETTING[of])
      .join(" and ")}.`,
  };
};

const SETTING = { memory: "MIN_FREE_MEMORY", disk: "MIN_FREE_DISK" } as const;

const freeWords = ({ of, freeBytes, ofBytes }: Lack): string =>
  ofBytes === null
    ? `${bytesWords(freeBytes)} of ${of} free`
    : `${bytesWords(freeBytes)} of its ${bytesWords(ofBytes)} of ${of} free`;
