/** Files in a task's container, by the engine's archive API: nothing has to run there, and the image needs no tar. */
import { Readable } from "node:stream";
import type Docker from "dockerode";
import * as z from "zod";
import { isMissing } from "../engine-fault.ts";
import type { TaskPlace } from "../swarm.ts";

/** The top bit of Go's FileMode. */
const DIRECTORY = 2 ** 31;
const Stat = z.object({ mode: z.number() });
const Answer = z.object({ headers: z.object({ "x-docker-container-path-stat": z.string() }) });

export const lookInside = async (
  docker: Docker,
  { container }: TaskPlace,
  path: string,
): Promise<"file" | "directory" | null> => {
  const there = docker.getContainer(container);
  const answer = await there.infoArchive({ path }).catch(nullIfNothing(there));
  if (answer === null) return null;
  // Its connection is free once the answer, which has no body, was read.
  answer.resume();
  const encoded = Answer.parse(answer).headers["x-docker-container-path-stat"];
  const { mode } = Stat.parse(JSON.parse(Buffer.from(encoded, "base64").toString("utf8")));
  return mode >= DIRECTORY ? "directory" : "file";
};

/** `waiting`: a client that bears with silence. */
export const takeOut = async (
  waiting: Docker,
  { container }: TaskPlace,
  path: string,
): Promise<Readable | null> => {
  const there = waiting.getContainer(container);
  const archive = await there.getArchive({ path }).catch(nullIfNothing(there));
  return archive && Readable.from(archive);
};

export const putInto = async (
  waiting: Docker,
  { container }: TaskPlace,
  folder: string,
  archive: Readable,
): Promise<void> => {
  await waiting.getContainer(container).putArchive(archive, { path: folder });
};

/** The engine says 404 of a path and of a container alike; a container that is gone throws the same once more. */
const nullIfNothing =
  (container: Docker.Container) =>
  async (error: unknown): Promise<null> => {
    if (!isMissing(error)) throw error;
    await container.inspect();
    return null;
  };
