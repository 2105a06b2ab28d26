/** An engine that speaks only of images, over a real socket: what becomes of the registry's words, and of a login. */
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { Lease } from "../../../src/run/lease.ts";
import { AppDomainLock } from "../../../src/runner/app-domain-lock.ts";
import { dockerodeSwarm } from "../../../src/swarm/dockerode-swarm.ts";
import { credentialsIn, registryOf } from "../../../src/swarm/registry-auth.ts";
import { Fault } from "../../../src/verdict/fault.ts";

const stack = { name: "wiki", appDomain: "wiki.test.internal" };
let folder: string;
let lease: Lease;
let close: () => void;
let asked: { url: string; auth: unknown }[];
let answer: (request: IncomingMessage, response: ServerResponse) => void;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "testme-pull-"));
  lease = await new AppDomainLock().acquire(stack.appDomain, "a-test");
  asked = [];
  const server = createServer((request, response) => {
    const header = request.headers["x-registry-auth"];
    const auth = typeof header === "string" ? JSON.parse(Buffer.from(header, "base64url").toString()) : null;
    asked.push({ url: decodeURIComponent(request.url ?? ""), auth });
    answer(request, response);
  }).listen(join(folder, "engine.sock"));
  close = () => server.close();
});
afterEach(async () => {
  close();
  await lease.release();
  await rm(folder, { recursive: true });
});

const pull = (
  image = "example/app:1.0",
  signal = new AbortController().signal,
  images: "missing" | "never" = "missing",
) =>
  dockerodeSwarm(`unix://${join(folder, "engine.sock")}`, "busybox", "a test", {
    pulling: { images, configDirectory: folder },
  }).pullImage(lease, stack, image, signal);
const refuses = (status: number, message: string) => {
  answer = (_request, response) =>
    response.writeHead(status, { "Content-Type": "application/json" }).end(JSON.stringify({ message }));
};
/** As the engine tells of what goes wrong once it has begun: behind a status of 200. */
const tells = (...lines: object[]) => {
  answer = (_request, response) =>
    response.writeHead(200).end(lines.map((line) => `${JSON.stringify(line)}\r\n`).join(""));
};
const errs = (error: string) =>
  tells({ status: "Pulling from example/app" }, { errorDetail: { message: error }, error });

describe("an image that comes", () => {
  it("is pulled, by its whole name and nobody's", async () => {
    tells({ status: "Pulling" }, { status: "Download complete", progressDetail: { current: 1, total: 1 } });
    expect(await pull()).toEqual({ is: "pulled" });
    expect(asked).toEqual([
      { url: expect.stringMatching(/\/images\/create\?fromImage=example\/app:1\.0$/), auth: null },
    ]);
  });

  it.each([
    ["example/app", "example/app:latest"],
    ["localhost:5000/app", "localhost:5000/app:latest"],
    [`app@sha256:${"0".repeat(64)}`, `app@sha256:${"0".repeat(64)}`],
  ])("%s is asked for as %s, not with all its tags", async (image, whole) => {
    tells({ status: "Pulling" });
    await pull(image);
    expect(asked[0]?.url).toContain(`fromImage=${whole}`);
  });
});

describe("the registry's no", () => {
  it.each([
    [404, "manifest for example/app:1.0 not found: manifest unknown: manifest unknown"],
    [
      404,
      "pull access denied for example/app, repository does not exist or may require 'docker login': denied: requested access to the resource is denied",
    ],
    [500, "unauthorized: authentication required"],
    [404, "no matching manifest for linux/amd64 in the manifest list entries"],
    [400, "invalid reference format: repository name must be lowercase"],
  ])("%i %s", async (status, message) => {
    refuses(status, message);
    expect(await pull()).toEqual({ is: "refused", said: message });
  });

  it("may come after the engine's 200", async () => {
    errs("manifest unknown");
    expect(await pull()).toEqual({ is: "refused", said: "manifest unknown" });
  });

  it("is one though the image is called after a trouble", async () => {
    const said = "manifest for example/timeout:503 not found: manifest unknown";
    refuses(404, said);
    expect(await pull("example/timeout:503")).toEqual({ is: "refused", said });
  });
});

describe("a registry's trouble is a fault of the engine's side", () => {
  it.each([
    [500, "toomanyrequests: You have reached your pull rate limit.", /Wait a while, or log the engine in/],
    [429, "toomanyrequests: too many requests", /Wait a while/],
    [
      500,
      'Get "https://registry.example.org/v2/": dial tcp: lookup registry.example.org: no such host',
      /reaches it/,
    ],
    [
      500,
      'Get "https://x/v2/": net/http: request canceled while waiting for connection (Client.Timeout exceeded)',
      /reaches it/,
    ],
    [500, "received unexpected HTTP status: 503 Service Unavailable", /reaches it/],
    [500, 'Get "https://x/v2/": x509: certificate signed by unknown authority', /reaches it/],
    [500, "unexpected EOF", /reaches it/],
    [500, "write /var/lib/docker/tmp/GetImageBlob1: no space left on device", /reaches it/],
    [500, "words that nobody knows", /See the engine's log/],
  ])("%i %s", async (status, message, mend) => {
    refuses(status, message);
    const failed = await pull().catch((error: unknown) => error);
    expect(failed).toBeInstanceOf(Fault);
    expect(failed).toMatchObject({
      party: "engine",
      message: expect.stringContaining(message),
      mend: expect.stringMatching(mend),
    });
  });

  it("also where it comes after the engine's 200", async () => {
    errs("toomanyrequests: slow down");
    await expect(pull()).rejects.toThrow("does not give example/app:1.0 now: toomanyrequests");
  });
});

describe("a pull", () => {
  it("ends with the run that wants it, in that run's own word", async () => {
    const ending = new AbortController();
    answer = () => ending.abort("somebody cancelled it");
    await expect(pull("app", ending.signal)).rejects.toBe("somebody cancelled it");
  });

  it("is not begun where the engine is to have what it needs", async () => {
    expect(await pull("app", undefined, "never")).toEqual({ is: "left" });
    expect(asked).toEqual([]);
  });

  it("is a fault where the engine goes away amid it", async () => {
    answer = (request, response) => {
      response.writeHead(200).write('{"status":"Pulling"}\n');
      setTimeout(() => request.socket.destroy(), 20);
    };
    await expect(pull()).rejects.toThrow(/does not answer/);
  });
});

const auth = Buffer.from("maya:s3cret:with:colons").toString("base64");
const config = (file: object) => writeFile(join(folder, "config.json"), JSON.stringify(file));

describe("a login", () => {
  it("goes to its own registry, and to no other", async () => {
    await config({ auths: { "registry.example.org": { auth } } });
    tells({ status: "Pulling" });
    await pull("registry.example.org/app:1");
    await pull("example/app:1");
    const login = { username: "maya", password: "s3cret:with:colons", serveraddress: "registry.example.org" };
    expect(asked.map((one) => one.auth)).toEqual([login, null]);
  });

  it("that the registry turns down is a fault, and not the recipe's", async () => {
    await config({ auths: { "https://index.docker.io/v1/": { auth } } });
    refuses(500, "unauthorized: incorrect username or password");
    await expect(pull()).rejects.toMatchObject({ mend: expect.stringContaining("log in there again") });
  });

  it("that a helper keeps is named where it would be needed, and is not where it would not", async () => {
    await config({ auths: { "https://index.docker.io/v1/": {} }, credsStore: "secretservice" });
    refuses(404, "pull access denied for example/app, repository does not exist");
    await expect(pull()).rejects.toMatchObject({
      mend: expect.stringContaining("credential helper secretservice"),
    });
    refuses(404, "manifest unknown");
    expect(await pull()).toEqual({ is: "refused", said: "manifest unknown" });
  });

  it("in a file that cannot be read is a fault that names it", async () => {
    await writeFile(join(folder, "config.json"), "{");
    await expect(pull()).rejects.toThrow(`The logins in ${folder}/config.json cannot be read`);
  });

  it.each([
    ["nginx", "https://index.docker.io/v1/"],
    ["library/nginx:1", "https://index.docker.io/v1/"],
    ["docker.io/library/nginx", "https://index.docker.io/v1/"],
    ["ghcr.io/a/b:1", "ghcr.io"],
    ["localhost/app", "localhost"],
    ["registry:5000/app@sha256:00", "registry:5000"],
  ])("of %s is %s's", (image, registry) => expect(registryOf(image)).toBe(registry));

  it("may be a token, and may be named as a URL", () => {
    const text = JSON.stringify({
      auths: { "https://ghcr.io": { auth: "", identitytoken: "t" } },
      credHelpers: { "ghcr.io": "x" },
    });
    expect(credentialsIn(text, "ghcr.io")).toEqual({ login: { identitytoken: "t" }, helper: "x" });
  });
});
