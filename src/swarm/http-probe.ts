/**
 * Asks an app over HTTP from a small helper container that shares the app container's network namespace: it needs no port
 * on the host, no VIP and no ingress, and it cannot reach another stack's `app` by mistake. Any image with `sh` and `nc`
 * will do as the helper.
 */
import type Docker from "dockerode";
import { Fault } from "../verdict/fault.ts";
import type { ProbeAnswer } from "../verdict/observation.ts";
import { isMissing } from "./engine-fault.ts";
import { labelOf } from "./stack-label.ts";
import type { ProbeTarget, Stack } from "./swarm.ts";

// Values arrive as arguments, so nothing from a recipe is ever read as shell code.
const SCRIPT = `printf 'GET %s HTTP/1.0\\r\\nHost: %s\\r\\nConnection: close\\r\\n\\r\\n' "$2" "$3" | nc -w 5 127.0.0.1 "$1"`;

export const probeContainer = async (
  docker: Docker,
  image: string,
  stack: Stack,
  target: ProbeTarget,
): Promise<ProbeAnswer> => {
  const helper = await createHelper(docker, image, stack, target);
  if (helper === null) return { is: "none", reason: "the app's container is gone" };
  try {
    await helper.start();
    await helper.wait();
    const said = demultiplex(await helper.logs({ stdout: true, stderr: true }));
    const status = /^HTTP\/\d(?:\.\d)? (\d{3})/.exec(said)?.[1];
    if (status !== undefined) return { is: "http", status: Number(status) };
    return { is: "none", reason: said.trim().slice(0, 200) || `nothing answers on port ${target.port}` };
  } catch (error) {
    if (error instanceof Error && /No such container|is not running|cannot join network/i.test(error.message))
      return { is: "none", reason: "the app's container is gone" };
    throw error;
  } finally {
    await helper.remove({ force: true }).catch((error: unknown) => {
      if (!isMissing(error)) throw error;
    });
  }
};

const createHelper = async (docker: Docker, image: string, stack: Stack, target: ProbeTarget) => {
  try {
    return await docker.createContainer({
      Image: image,
      Entrypoint: ["/bin/sh", "-c", SCRIPT, "probe"],
      Cmd: [String(target.port), target.path, target.host],
      Labels: labelOf(stack.name),
      HostConfig: {
        NetworkMode: `container:${target.container}`,
        Memory: 32 * 1024 * 1024,
        CapDrop: ["ALL"],
      },
    });
  } catch (error) {
    if (!isMissing(error)) throw error;
    if (/No such image/i.test(String(error)))
      throw new Fault(
        "engine",
        `The probe image ${image} is not on the engine`,
        "Pull it there, or name another in PROBE_IMAGE.",
        error,
      );
    return null;
  }
};

/** Container output without a TTY comes in frames: 8 bytes of header, the last 4 of them the length. */
const demultiplex = (frames: Buffer): string => {
  let text = "";
  for (let at = 0; at + 8 <= frames.length; ) {
    const length = frames.readUInt32BE(at + 4);
    text += frames.toString("utf8", at + 8, at + 8 + length);
    at += 8 + length;
  }
  return text;
};
