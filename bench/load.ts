/** Keeps every core busy three times over while something is measured. */
import { spawn } from "node:child_process";
import { availableParallelism } from "node:os";

const LOOPS_PER_CORE = 3;

/** Starts the loops; what it gives back ends them, by their own ids. */
export const startLoad = (): (() => void) => {
  const loops = Array.from({ length: LOOPS_PER_CORE * availableParallelism() }, () =>
    spawn(process.execPath, ["-e", "for (;;);"], { stdio: "ignore" }),
  );
  const stop = () => {
    for (const loop of loops) loop.kill("SIGKILL");
    process.off("exit", stop);
  };
  process.on("exit", stop);
  return stop;
};
