/**
 * How much room the engine's host has. The engine's API does not tell, so a small container does: its /proc/meminfo is the
 * host's, and what it writes goes to the engine's disk. A budget of memory around the engine's containers is read from here
 * while that container lives, where the engine's kernel is this one.
 * Invariant: to look takes nothing from anybody. In a budget that is all but used up the kernel would kill a neighbour for
 * our container, and that might be the app under test; so none is started there, and of the disk nothing is known.
 * Invariant: the container goes. Here it is removed whatever happens; it ends by itself soon and the engine then removes it;
 * and one that was made and never started is found by its labels once another bot works.
 */
import type Docker from "dockerode";
import { OWNER_LABEL } from "../recipe/marks.ts";
import type { Room } from "../run/room.ts";
import { Fault } from "../verdict/fault.ts";
import { textOf } from "./container-output.ts";
import { isMissing, statusOf } from "./engine-fault.ts";
import type { BudgetReader } from "./host-memory.ts";
import { type Budget, hostMemoryOf } from "./memory-files.ts";
import { withProbeImage } from "./probe-image.ts";

const TOLD = "that is all";
const HAS_TOLD = new RegExp(`^${TOLD}$`, "m");
/** It lives until it is removed, and no longer than that. */
const SCRIPT = `cat /proc/meminfo; df -kP /; echo '${TOLD}'; exec sleep 30`;
const PURPOSE = { "testme.looks-for": "room" };
const LOOKER_BYTES = 32 * 1024 * 1024;
const NOT_RUNNING = ["created", "exited", "dead"];
const BYTES_PER_KB = 1024;

export const lookForRoom = async (
  docker: Docker,
  image: string,
  owner: string,
  budgetAround: BudgetReader,
): Promise<Room> => {
  const known = await budgetAround(null);
  if (known !== null && known.freeBytes < LOOKER_BYTES) return roomOf("", known);
  const container = await createLooker(docker, image, owner);
  try {
    await container.start();
    const [said, budget] = await Promise.all([toldBy(container), budgetAround(container.id)]);
    return roomOf(said, budget);
  } finally {
    await container.remove({ force: true }).catch(unlessGone);
  }
};

/** From the words of meminfo and df. The host's memory and its budget are both limits; the one with less free counts. */
export const roomOf = (said: string, budget: Budget | null): Room => {
  const host = hostMemoryOf((name) => (name === "meminfo" ? said : null));
  const isBudgetTighter = budget !== null && (host === null || budget.freeBytes < host.availableBytes);
  const disk = /^\S.*?\s(\d+)\s+\d+\s+(\d+)\s+\d+%\s+\/$/m.exec(said);
  return {
    memoryFreeBytes: isBudgetTighter ? budget.freeBytes : (host?.availableBytes ?? null),
    memoryBytes: isBudgetTighter ? budget.limitBytes : (host?.totalBytes ?? null),
    diskFreeBytes: disk && Number(disk[2]) * BYTES_PER_KB,
    diskBytes: disk && Number(disk[1]) * BYTES_PER_KB,
  };
};

const createLooker = (docker: Docker, image: string, owner: string): Promise<Docker.Container> =>
  withProbeImage(
    image,
    docker.createContainer({
      Image: image,
      Entrypoint: ["/bin/sh", "-c", SCRIPT],
      Cmd: [],
      Labels: labelsOf(owner),
      HostConfig: {
        AutoRemove: true,
        NetworkMode: "none",
        Memory: LOOKER_BYTES,
        CapDrop: ["ALL"],
        // Whatever driver the engine uses by default, these lines can be read.
        LogConfig: { Type: "json-file", Config: {} },
      },
    }),
  );

/** It stays alive after it has told, so its end is not waited for. */
const toldBy = async (container: Docker.Container): Promise<string> => {
  const parts: Buffer[] = [];
  const stream = await container.logs({ follow: true, stdout: true, stderr: true });
  for await (const part of stream) {
    parts.push(Buffer.from(part));
    const said = textOf(Buffer.concat(parts));
    if (HAS_TOLD.test(said)) return said;
  }
  throw new Fault(
    "engine",
    "The container that looks for room ended before it had told",
    "See whether the engine's host is out of memory, or the engine's log.",
  );
};

const labelsOf = (owner: string): Record<string, string> => ({ [OWNER_LABEL]: owner, ...PURPOSE });

/** A process that was killed in between leaves a container that never started, which the engine keeps. */
export const removeLeft = async (docker: Docker, owner: string, before: Date): Promise<void> => {
  const label = Object.entries(labelsOf(owner)).map(([name, value]) => `${name}=${value}`);
  const filters = { label, status: NOT_RUNNING };
  for (const { Id } of await docker.listContainers({ all: true, filters })) {
    const container = docker.getContainer(Id);
    // The list has whole seconds only.
    const made = await container.inspect().catch(unlessGone);
    if (made && new Date(made.Created) < before) await container.remove({ force: true }).catch(unlessGone);
  }
};

/** 409: the engine is removing it already. */
const unlessGone = (error: unknown): void => {
  if (!isMissing(error) && statusOf(error) !== 409) throw error;
};
