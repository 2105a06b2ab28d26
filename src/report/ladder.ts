/** How far up a recipe came, told: as the last paragraph of a run's last check, and as the last lines in a terminal. */
import { type Ladder, RUNGS, type Rung, type RungState, type RungStatus } from "../run/ladder.ts";
import { code, oneLine, table } from "./markdown.ts";

const MARKS = { pass: "✅", fail: "❌", skip: "⏭", unverified: "❔" } as const satisfies Record<
  RungStatus,
  string
>;
const SIGNS = { pass: "✔", fail: "✘", skip: "–", unverified: "○" } as const satisfies Record<
  RungStatus,
  string
>;
/** Such a reason may be a fault's whole message; the stage's own check has all of it. */
const REASON_LIMIT = 200;

/** `Level 3 of 5`. */
export const levelWords = ({ level }: Ladder): string => `Level ${level} of ${RUNGS.length}`;

export const ladderBlock = (ladder: Ladder): string => {
  const rows = ladder.rungs.map(({ rung, status, reason }, index) => [
    `${index + 1} ${rung}`,
    `${MARKS[status]} ${status}`,
    reason === null ? "" : code(reason, REASON_LIMIT),
  ]);
  return `**${levelWords(ladder)}.**\n\n${table(["rung", "status", "reason"], rows)}`;
};

export const ladderLines = (ladder: Ladder): string[] => [levelWords(ladder), ...ladder.rungs.map(rungLine)];

const rungLine = ({ rung, status, reason }: RungState, index: number): string =>
  oneLine(`${index + 1} ${SIGNS[status]} ${rung}: ${reason === null ? status : `${status}, ${reason}`}`);

/** For scripts: each rung by its name. */
export const rungsJson = ({ rungs }: Ladder): Record<Rung, Omit<RungState, "rung">> => {
  const of = (name: Rung) => {
    const { status, reason } = rungs.find(({ rung }) => rung === name) ?? UNTOLD;
    return { status, reason };
  };
  return {
    install: of("install"),
    upgrade: of("upgrade"),
    "backup-restore": of("backup-restore"),
    custom: of("custom"),
    lint: of("lint"),
  };
};
/** Of a ladder that lacks a rung, as an edited file may. */
const UNTOLD = { status: "unverified", reason: null } as const;
