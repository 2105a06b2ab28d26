/** Waiting, for those who follow a record: for the next note, for a time, or for work that may not take longer than that. */
export const within = async (ms: number, work: Promise<void>): Promise<void> => {
  let timer: NodeJS.Timeout | undefined;
  const end = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, ms);
  });
  await Promise.race([work, end]).finally(() => clearTimeout(timer));
};
export const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

/** Those who wait for a note; what fails in the background is thrown at the next of them. */
export const createWatch = () => {
  const waiters = new Set<() => void>();
  let failure: { error: unknown } | null = null;
  const wake = () => {
    for (const waiter of waiters) waiter();
    waiters.clear();
  };
  return {
    wake,
    fail(error: unknown) {
      failure ??= { error };
      wake();
    },
    async next(withinMs: number) {
      if (!failure)
        await new Promise<void>((resolve) => {
          waiters.add(resolve);
          setTimeout(resolve, withinMs);
        });
      if (failure) throw failure.error;
    },
  };
};
