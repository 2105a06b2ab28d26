/**
 * What abra prints, as a report can tell it. Why it gave up stands on its standard output, in a line that begins with FATA, behind
 * whatever else it had to say.
 */
import { stripVTControlCharacters } from "node:util";

/** Without colours, and with a terminal's line ends made plain. */
export const plain = (printed: string): string =>
  stripVTControlCharacters(printed).replaceAll(/\r+\n/g, "\n").trim();

/** From FATA on, without that word itself; null where abra did not give up. */
export const givenUp = (printed: string): string | null =>
  /^FATA\s+([\s\S]*)/m.exec(plain(printed))?.[1] ?? null;
