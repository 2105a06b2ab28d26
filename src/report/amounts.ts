/** Amounts of memory as people read them, and as a bar that stands in a line of text. */

const UNITS = ["B", "KiB", "MiB", "GiB", "TiB"] as const;

export const bytesWords = (bytes: number): string => {
  const power = bytes < 1024 ? 0 : Math.min(Math.floor(Math.log2(bytes) / 10), UNITS.length - 1);
  const value = bytes / 1024 ** power;
  return `${power === 0 || value >= 100 ? Math.round(value) : value.toFixed(1)} ${UNITS[power]}`;
};

const BAR_CELLS = 6;

/** How much of a whole: full blocks for what there is, shaded ones for the rest. */
export const bar = (part: number, whole: number): string => {
  const share = whole > 0 ? Math.min(1, Math.max(0, part / whole)) : 0;
  const full = Math.round(share * BAR_CELLS);
  return "█".repeat(full) + "░".repeat(BAR_CELLS - full);
};
