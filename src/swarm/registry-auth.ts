/**
 * Who the engine is to be at a registry, from the docker client's own config.json, where that says so in plain: a name and a password,
 * or a token, beneath `auths`. What a credential helper keeps is not asked for.
 */
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import * as z from "zod";

const Entry = z.object({ auth: z.string().default(""), identitytoken: z.string().optional() });
const File = z.object({
  auths: z.record(z.string(), Entry).default({}),
  credsStore: z.string().optional(),
  credHelpers: z.record(z.string(), z.string()).default({}),
});

type Login = { username: string; password: string } | { identitytoken: string };
/** `helper`: who keeps a login that is not asked for; null where nobody does. */
export type Credentials = { login: Login | null; helper: string | null };

const DOCKER_HUB = "https://index.docker.io/v1/";

/** As docker reads a name: what stands before the first slash is a registry if it could be a host. */
export const registryOf = (image: string): string => {
  const [first = "", rest] = image.split(/\/(.*)/s);
  const isHost = rest !== undefined && (/[.:]/.test(first) || first === "localhost");
  return isHost && first !== "docker.io" && first !== "index.docker.io" ? first : DOCKER_HUB;
};

/** Throws what the file system, or a file that is none, says; a folder without one has no logins. */
export const credentialsFor = async (configDirectory: string, image: string): Promise<Credentials> =>
  credentialsIn(await textIn(configDirectory), registryOf(image));

const textIn = (configDirectory: string): Promise<string> =>
  readFile(join(configDirectory, "config.json"), "utf8").catch((error: unknown) => {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return "{}";
    throw error;
  });

/** What nobody else may read of that file: passwords, tokens, and logins as they are sent. Throws as `credentialsFor`. */
export const registrySecrets = async (configDirectory: string): Promise<readonly string[]> => {
  const { auths } = File.parse(JSON.parse(await textIn(configDirectory)));
  return Object.values(auths).flatMap((entry) => {
    const login = loginIn(entry);
    if (login === null) return [];
    return "password" in login ? [login.password, entry.auth] : [login.identitytoken];
  });
};

export const credentialsIn = (text: string, registry: string): Credentials => {
  const { auths, credsStore, credHelpers } = File.parse(JSON.parse(text));
  const names = [registry, `https://${registry}`, `https://${registry}/`, `https://${registry}/v1/`];
  const entry = names.map((name) => auths[name]).find((found) => found !== undefined);
  return { login: entry ? loginIn(entry) : null, helper: credHelpers[registry] ?? credsStore ?? null };
};

const loginIn = ({ auth, identitytoken }: z.infer<typeof Entry>): Login | null => {
  if (identitytoken) return { identitytoken };
  const plain = Buffer.from(auth, "base64").toString("utf8");
  const colon = plain.indexOf(":");
  // A credential helper leaves an entry without a login.
  return colon < 0
    ? null
    : { username: plain.slice(0, colon), password: plain.slice(colon + 1).replace(/\0+$/, "") };
};
