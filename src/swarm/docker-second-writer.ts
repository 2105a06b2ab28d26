/** A second writer at the docker client, as a person is: the same commands, and the same effect on the engine. */
import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { Fault } from "../verdict/fault.ts";
import type { SecondWriter } from "./second-writer.ts";

const WITHIN_MS = 60_000;

export const dockerSecondWriter = (cli: {
  path: string;
  host: string;
  configDirectory: string;
}): SecondWriter => {
  const service = async (...args: string[]): Promise<void> => {
    const flags = ["--host", cli.host, "--config", cli.configDirectory, "service"];
    try {
      await promisify(execFile)(cli.path, [...flags, ...args], { env: {}, timeout: WITHIN_MS });
    } catch (error) {
      const said = error instanceof Error ? error.message : String(error);
      throw new Fault("engine", `docker service ${args[0]}: ${said}`, "See that the engine is up.", error);
    }
  };
  return {
    rollBack(lease, stack, name) {
      lease.assertCovers(stack.appDomain);
      return service("rollback", "--detach", name);
    },
    setLabel(lease, stack, name, label, value) {
      lease.assertCovers(stack.appDomain);
      return service("update", "--detach", "--label-add", `${label}=${value}`, name);
    },
  };
};
