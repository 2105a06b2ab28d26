/**
 * A real PostgreSQL for tests: its own data in a temporary folder, on a free port of the loopback, with the programs that
 * scripts/postgres finds or installs. It refuses to run as root, so root starts it as `postgres`, the user of Debian's
 * package. Syncs are off: these servers are stopped and killed, but no power cut is tried on them. A server that cannot be
 * had is an error, never a skip; one that is up ends with the process that started it, however that ends.
 */
import { type ChildProcess, execFile, spawn } from "node:child_process";
import { randomBytes, randomUUID } from "node:crypto";
import { once } from "node:events";
import { chown, mkdtemp, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { promisify } from "node:util";
import { Client } from "pg";

const run = promisify(execFile);
const script = join(import.meta.dirname, "../../scripts/postgres");
const READY = /database system is ready to accept connections/;
const environment = { PATH: process.env.PATH, LC_ALL: "C" };

export type Postgres = {
  /** Of a database that is there from the start. */
  url: string;
  /** Ends the server at once, with all its connections; its data stays. */
  down(): Promise<void>;
  /** The same data at the same address again. */
  up(): Promise<void>;
  /** Ends it and takes all of it away. */
  remove(): Promise<void>;
};

export const startPostgres = async (): Promise<Postgres> => {
  const programs = (await run(script)).stdout.trim();
  const folder = await mkdtemp(join(tmpdir(), "testme-postgres-"));
  const data = join(folder, "data");
  const password = randomBytes(12).toString("hex");
  const passwordFile = join(folder, "password");
  await writeFile(passwordFile, password);
  const user = await unprivileged();
  if (user) for (const path of [folder, passwordFile]) await chown(path, user.uid, user.gid);
  const asUser = user
    ? [`--reuid=${user.uid}`, `--regid=${user.gid}`, "--clear-groups", "--pdeathsig=INT"]
    : ["--pdeathsig=INT"];
  const inFolder = { cwd: folder, env: environment };
  const initdb = ["-D", data, "-U", "testme", "-A", "scram-sha-256", "--pwfile", passwordFile, "-E", "UTF8"];
  await run("setpriv", [...asUser, join(programs, "initdb"), ...initdb, "--no-sync", "--locale=C"], inFolder);

  const port = await freePort();
  let server: ChildProcess | null = null;
  const up = async () => {
    const settings = [
      `port=${port}`,
      "listen_addresses=127.0.0.1",
      "unix_socket_directories=",
      "fsync=off",
      "logging_collector=off",
      "log_destination=stderr",
    ].flatMap((setting) => ["-c", setting]);
    const started = spawn("setpriv", [...asUser, join(programs, "postgres"), "-D", data, ...settings], {
      ...inFolder,
      stdio: ["ignore", "ignore", "pipe"],
    });
    await ready(started);
    server = started;
  };
  const down = async () => {
    if (server?.exitCode === null && server.signalCode === null) {
      const ended = once(server, "exit");
      // The fast shutdown: it does not wait for its clients.
      server.kill("SIGINT");
      await ended;
    }
    server = null;
  };
  const remove = async () => {
    await down();
    await rm(folder, { recursive: true, force: true });
  };
  try {
    await up();
  } catch (error) {
    await remove();
    throw error;
  }
  return { url: `postgres://testme:${password}@127.0.0.1:${port}/postgres`, up, down, remove };
};

/** The url of a new and empty database on that server. */
export const freshDatabase = async (url: string): Promise<string> => {
  const name = `t${randomUUID().replaceAll("-", "")}`;
  const client = new Client(url);
  await client.connect();
  await client.query(`CREATE DATABASE ${name}`);
  await client.end();
  return Object.assign(new URL(url), { pathname: name }).href;
};

/** The server that postgres-setup.ts started for the tests of this project. */
export const serverOfTheTests = (): string => {
  const url = process.env.TESTME_POSTGRES;
  if (!url) throw new Error("no PostgreSQL was started: run these tests as the vitest project `postgres`");
  return url;
};

/** Resolves when the server says that it is ready; rejects with what it said if it ends before. */
const ready = (server: ChildProcess): Promise<void> =>
  new Promise((resolve, reject) => {
    const said: string[] = [];
    server.once("error", reject);
    server.once("exit", (code) =>
      reject(new Error(`postgres ended with ${code} while starting:\n${said.join("\n")}`)),
    );
    if (!server.stderr) return reject(new Error("postgres has no stderr"));
    createInterface({ input: server.stderr }).on("line", (line) => {
      said.push(line);
      if (READY.test(line)) resolve();
    });
  });

/** As whom it runs, where we are root. */
const unprivileged = async (): Promise<{ uid: number; gid: number } | null> => {
  if (process.getuid?.() !== 0) return null;
  const { stdout } = await run("getent", ["passwd", "postgres"]);
  const [, , uid, gid] = stdout.split(":");
  return { uid: Number(uid), gid: Number(gid) };
};

const freePort = async (): Promise<number> => {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  server.close();
  await once(server, "close");
  if (address === null || typeof address === "string") throw new Error("a TCP server has a port");
  return address.port;
};
