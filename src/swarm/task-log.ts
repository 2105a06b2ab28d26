/**
 * A task's last lines through the manager, which asks the node that has its container. While that node cannot be reached the
 * manager says nothing at all, for as long as anybody listens; so it is waited for only for a while.
 */
import type Docker from "dockerode";
import { Fault } from "../verdict/fault.ts";
import { brokeOffIn, linesOf } from "./container-output.ts";

declare module "dockerode" {
  interface Task {
    /** In dockerode, and in no type declaration. */
    logs(options: {
      stdout: boolean;
      stderr: boolean;
      tail: number;
      abortSignal: AbortSignal;
    }): Promise<Buffer>;
  }
}

/** Less than the end of a recording waits for what is being read. */
const WITHIN_MS = 4_000;

export const taskLog = async (docker: Docker, id: string, tail: number): Promise<string[]> => {
  const abortSignal = AbortSignal.timeout(WITHIN_MS);
  try {
    const output = await docker.getTask(id).logs({ stdout: true, stderr: true, tail, abortSignal });
    const reason = brokeOffIn(output);
    if (reason !== null) throw unsaid(id, reason);
    return linesOf(output);
  } catch (error) {
    throw abortSignal.aborted ? unsaid(id, `its node has not answered for ${WITHIN_MS / 1000} s`) : error;
  }
};

const unsaid = (task: string, reason: string): Fault =>
  new Fault(
    "engine",
    `The log of task ${task} does not come through the manager: ${reason}`,
    "See `docker node ls`.",
  );
