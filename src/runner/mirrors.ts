/**
 * Looks after all mirrors, one by one: what is wrong with one keeps no other from its turn. Mended they are before anything works,
 * tidied while others fetch and test.
 */
import type { Git, Mirror } from "../git/git.ts";

/** `directory` is the mirror's. */
type Log = (error: unknown, directory: string) => void;

/** Returns the mirrors that had to be given up. */
export const mendMirrors = (git: Pick<Git, "mirrors" | "mend">, log: Log): Promise<Mirror[]> =>
  eachOf(git, log, (mirror) => git.mend(mirror));

type Tidying = {
  git: Pick<Git, "mirrors" | "tidy">;
  /** Does that work while nobody fetches the mirror, and lets nobody fetch it meanwhile. */
  whileUnused: <T>(mirror: Mirror, work: () => Promise<T>) => Promise<T>;
  keepMs: number;
  now: () => Date;
};

/** Until the signal. Returns the mirrors that nobody has needed for `keepMs`, and that are no more. */
export const tidyMirrors = (
  { git, whileUnused, keepMs, now }: Tidying,
  log: Log,
  signal: AbortSignal,
): Promise<Mirror[]> =>
  eachOf(git, log, (mirror) =>
    whileUnused(mirror, async () => !signal.aborted && git.tidy(mirror, now(), keepMs)),
  );

const eachOf = async (
  git: Pick<Git, "mirrors">,
  log: Log,
  isGivenUp: (mirror: Mirror) => Promise<boolean>,
): Promise<Mirror[]> => {
  const givenUp: Mirror[] = [];
  for (const mirror of await git.mirrors())
    try {
      if (await isGivenUp(mirror)) givenUp.push(mirror);
    } catch (error) {
      log(error, mirror.directory);
    }
  return givenUp;
};
