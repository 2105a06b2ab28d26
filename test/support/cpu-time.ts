/** The processor's time that some work takes, in milliseconds: on a busy machine a clock on the wall says nothing of the work. */
export const cpuMsOf = (work: () => void): number => {
  const before = process.cpuUsage();
  work();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1000;
};
