/**
 * A registry within reach of an engine that has no way out: a container in the engine's own host network that answers each request
 * with what lies ready for its path. It has one image, refuses to give one, wants us to wait for one, and knows no other.
 */
import { createHash } from "node:crypto";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { archiveOf } from "../../src/swarm/trial-files.ts";
import { docker } from "./engine.ts";

const PORT = 5_317;
const ADDRESS = `127.0.0.1:${PORT}`;
const ANSWER = `#!/bin/sh
read -r method path rest
while read -r line && [ "\${#line}" -gt 1 ]; do :; done
file=/www/$(echo "\${path%%\\?*}" | tr / _)
[ -f "$file" ] || file=/www/none
if [ "$method" = HEAD ]; then sed '/^\\r$/q' "$file"; else cat "$file"; fi
`;

const LISTENS = `printf 'GET /v2/ HTTP/1.0\\r\\n\\r\\n' | nc 127.0.0.1 ${PORT} || true`;

export type Registry = {
  /** What it has; nobody can start it. */
  image: string;
  /** What it does not have. */
  unknown: string;
  /** What it gives to nobody. */
  denied: string;
  /** What it gives later. */
  limited: string;
  stop: () => Promise<void>;
};

export const startRegistry = async (host: string): Promise<Registry> => {
  const folder = await mkdtemp(join(tmpdir(), "testme-registry-"));
  await mkdir(join(folder, "www"));
  await writeFile(join(folder, "answer"), ANSWER, { mode: 0o755 });
  for (const [path, content] of Object.entries(await answers()))
    await writeFile(join(folder, "www", path.replaceAll("/", "_")), content);
  const serve = ["/bin/nc", "-ll", "-p", String(PORT), "-e", "/answer"];
  const id = await docker(host, "create", "--network", "host", "testme/fixture:1", ...serve);
  await docker(host, "cp", join(folder, "answer"), `${id}:/answer`);
  await docker(host, "cp", join(folder, "www"), `${id}:/www`);
  await docker(host, "start", id);
  // The container is up before what listens in it.
  while (!(await docker(host, "exec", id, "sh", "-c", LISTENS)).includes("200 OK"));
  return {
    image: `${ADDRESS}/given:1`,
    unknown: `${ADDRESS}/unknown:1`,
    denied: `${ADDRESS}/denied:1`,
    limited: `${ADDRESS}/limited:1`,
    async stop() {
      await docker(host, "rm", "--force", id);
      await docker(host, "image", "rm", "--force", `${ADDRESS}/given:1`);
      await rm(folder, { recursive: true });
    },
  };
};

/** Path → the whole of an HTTP answer. */
const answers = async (): Promise<Record<string, Buffer>> => {
  const layer = gzipSync(await archiveOf([]));
  const config = json({
    architecture: { x64: "amd64", arm64: "arm64" }[process.arch as string] ?? process.arch,
    os: "linux",
    config: { Cmd: ["/nothing"] },
    rootfs: { type: "layers", diff_ids: [digestOf(await archiveOf([]))] },
  });
  const manifest = json({
    schemaVersion: 2,
    mediaType: MANIFEST,
    config: {
      mediaType: "application/vnd.docker.container.image.v1+json",
      size: config.length,
      digest: digestOf(config),
    },
    layers: [
      {
        mediaType: "application/vnd.docker.image.rootfs.diff.tar.gzip",
        size: layer.length,
        digest: digestOf(layer),
      },
    ],
  });
  const error = (status: string, code: string, message: string) =>
    answer(status, "application/json", json({ errors: [{ code, message }] }));
  return {
    none: error("404 Not Found", "MANIFEST_UNKNOWN", "manifest unknown"),
    "/v2/": answer("200 OK", "application/json", json({})),
    "/v2/given/manifests/1": answer("200 OK", MANIFEST, manifest, digestOf(manifest)),
    [`/v2/given/manifests/${digestOf(manifest)}`]: answer("200 OK", MANIFEST, manifest, digestOf(manifest)),
    [`/v2/given/blobs/${digestOf(config)}`]: answer("200 OK", "application/octet-stream", config),
    [`/v2/given/blobs/${digestOf(layer)}`]: answer("200 OK", "application/octet-stream", layer),
    "/v2/denied/manifests/1": error("403 Forbidden", "DENIED", "requested access to the resource is denied"),
    "/v2/limited/manifests/1": error(
      "429 Too Many Requests",
      "TOOMANYREQUESTS",
      "You have reached your pull rate limit",
    ),
  };
};

const MANIFEST = "application/vnd.docker.distribution.manifest.v2+json";
const json = (value: unknown): Buffer => Buffer.from(JSON.stringify(value));
const digestOf = (bytes: Buffer): string => `sha256:${createHash("sha256").update(bytes).digest("hex")}`;

const answer = (status: string, type: string, body: Buffer, digest?: string): Buffer => {
  const head = [
    `HTTP/1.1 ${status}`,
    "Docker-Distribution-Api-Version: registry/2.0",
    `Content-Type: ${type}`,
    `Content-Length: ${body.length}`,
    ...(digest === undefined ? [] : [`Docker-Content-Digest: ${digest}`]),
    "Connection: close",
  ];
  return Buffer.concat([Buffer.from(`${head.join("\r\n")}\r\n\r\n`), body]);
};
