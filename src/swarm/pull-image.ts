/**
 * Has the engine fetch an image. Of all that can go wrong only the registry's own no is its answer: that the image is not there, or is
 * not for us. Whatever else keeps it away (the way there, a limit, a registry in trouble, words that nobody knows) is a Fault.
 */
import type Docker from "dockerode";
import * as z from "zod";
import { Fault } from "../verdict/fault.ts";
import { statusOf, wordsOf } from "./engine-fault.ts";
import { type Credentials, credentialsFor, registryOf } from "./registry-auth.ts";
import type { Pulled } from "./swarm.ts";

export const pullImage = async (
  docker: Docker,
  image: string,
  configDirectory: string,
  signal: AbortSignal,
): Promise<Pulled> => {
  const credentials = await credentialsFor(configDirectory, image).catch((cause: unknown) => {
    throw new Fault(
      "engine",
      `The logins in ${configDirectory}/config.json cannot be read: ${messageOf(cause)}`,
      "Mend that file, or name another folder in DOCKER_CONFIG.",
      cause,
    );
  });
  const said = await fetchImage(docker, image, credentials, signal);
  if (said === null) return { is: "pulled" };
  return answerOf(said, image, credentials);
};

/** What was said against it; null where it came. */
const fetchImage = async (
  docker: Docker,
  image: string,
  { login }: Credentials,
  abortSignal: AbortSignal,
): Promise<string | null> => {
  const auth = login === null ? undefined : { ...login, serveraddress: registryOf(image) };
  try {
    return await errorIn(await docker.createImage(auth, { fromImage: whole(image), abortSignal }));
  } catch (error) {
    if (statusOf(error) === null) throw error;
    return wordsOf(error);
  }
};

/** Without a tag the engine would fetch all that there are. */
const whole = (image: string): string =>
  image.includes("@") || /:[^/]*$/.test(image) ? image : `${image}:latest`;

const Progress = z.object({ error: z.string().optional() });

/** The engine answers 200 first, and tells of an error further down. */
const errorIn = async (stream: NodeJS.ReadableStream): Promise<string | null> => {
  let rest = "";
  let error: string | null = null;
  const hear = (line: string) => {
    if (line.trim() !== "") error = Progress.parse(JSON.parse(line)).error ?? error;
  };
  for await (const part of stream) {
    const lines = (rest + part.toString()).split("\n");
    rest = lines.pop() ?? "";
    lines.forEach(hear);
  }
  hear(rest);
  return error;
};

/** The first that the words fit decides; those of a registry that is asked for too much, or in trouble, come first. */
const answerOf = (said: string, image: string, { login, helper }: Credentials): Pulled => {
  // An image may be called `certificates` or `timeout`.
  const [name = ""] = image.split(/[@:](?!.*\/)/);
  const words = said.replaceAll(name, "");
  const trouble = (mend: string) =>
    new Fault(
      "engine",
      `The registry ${registryOf(image)} does not give ${image} now: ${said}`,
      mend,
      new Error(said),
    );
  if (LIMITED.test(words)) throw trouble("Wait a while, or log the engine in there by DOCKER_CONFIG.");
  if (AWAY.test(words)) throw trouble("See whether the engine's host reaches it, wait, and run again.");
  if (login !== null && UNAUTHORIZED.test(words))
    throw trouble("It does not take the login in DOCKER_CONFIG: log in there again.");
  if (!REFUSED.test(words) && !UNAUTHORIZED.test(words))
    throw trouble("See the engine's log, and whether `docker pull` of it works there.");
  if (login === null && helper !== null && DENIED.test(words))
    throw trouble(
      `Its login is kept by the credential helper ${helper}, which is not asked: put one beneath "auths" in config.json.`,
    );
  return { is: "refused", said };
};

const LIMITED = /toomanyrequests|too many requests|rate limit/i;
const AWAY =
  /no such host|server misbehaving|dial tcp|time-?out\b|deadline exceeded|connection (?:refused|reset)|unreachable|no route|\bEOF\b|tls:|x509:|status(?: code)?:? 5\d\d|: 5\d\d [A-Z]|service unavailable|bad gateway|internal server error|no space left/i;
const UNAUTHORIZED = /unauthorized|authentication required|incorrect username or password|no basic auth/i;
const DENIED = /denied|unauthorized|authentication required|no basic auth/i;
const REFUSED =
  /manifest unknown|not found|does not exist|access.*denied|\bdenied\b|no matching manifest|invalid reference|name unknown|repository name/i;

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));
