/**
 * Asks an app from a small helper container that shares the app container's network namespace: it needs no port on the host, no
 * VIP and no ingress, and it cannot reach another stack's `app` by mistake. Any image with `sh`, `nc`, `head`, `sleep` and
 * `timeout` will do as the helper.
 */
import type Docker from "dockerode";
import { fallbackIn } from "../verdict/fallback-page.ts";
import { Fault } from "../verdict/fault.ts";
import type { ProbeAnswer } from "../verdict/observation.ts";
import { textOf } from "./container-output.ts";
import { isMissing } from "./engine-fault.ts";
import { withProbeImage } from "./probe-image.ts";
import { labelOf } from "./stack-label.ts";
import type { ProbeTarget, Stack } from "./swarm.ts";

/** An answer is read as far as it may be needed to tell whose page it is. */
const ANSWER_BYTES = 8_192;
/** The last word of a helper: without it an empty log would pass for silence of the app. What `nc` had to say follows. */
const ASKED = "testme: asked";

// Values arrive as arguments, so nothing from a recipe is ever read as shell code. An app may keep the connection open for ever.
const HTTP = `{ said=$( { printf 'GET %s HTTP/1.0\\r\\nHost: %s\\r\\nConnection: close\\r\\n\\r\\n' "$3" "$4" | timeout 10 nc -w 5 "$2" "$1" | head -c ${ANSWER_BYTES} >&3; } 2>&1 ); } 3>&1; printf '\\n${ASKED} %s\\n' "$said"`;
// A connection that is still open after two seconds was made: to make one takes no longer than the one second of -w.
const TCP = `n=0; while [ "$n" -lt "$3" ]; do [ "$n" = 0 ] || sleep 1; timeout 2 nc -w 1 "$2" "$1" </dev/null >/dev/null 2>&1; case $? in 0 | 124 | 137 | 143) n=$((n + 1)) ;; *) break ;; esac; done; printf '\\n${ASKED} %s\\n' "$n"`;

/** The command of a helper that asks `address`. */
export const askingCommand = (
  { port, host, wants }: Pick<ProbeTarget, "port" | "host" | "wants">,
  address: string,
): [entrypoint: string[], args: string[]] => {
  const args = wants.is === "http" ? [wants.path, host] : [String(wants.stable)];
  return [
    ["/bin/sh", "-c", wants.is === "http" ? HTTP : TCP, "probe"],
    [String(port), address, ...args],
  ];
};

/** What the helper's words say of the app; null where it did not come to its end. Nothing of a page goes any further. */
export const answerIn = (
  said: string,
  { port, wants }: Pick<ProbeTarget, "port" | "wants">,
): ProbeAnswer | null => {
  const end = said.lastIndexOf(ASKED);
  if (end < 0) return null;
  const [answer, last] = [said.slice(0, end), said.slice(end + ASKED.length).trim()];
  if (wants.is === "tcp") return { is: "tcp", answers: Number(last) };
  const [, status, head = ""] = /^HTTP\/\d(?:\.\d)? (\d{3})([\s\S]*)$/.exec(answer) ?? [];
  if (status === undefined)
    return { is: "none", reason: silence(answer, last) || `nothing answers on port ${port}` };
  const [, body = ""] = /\r?\n\r?\n([\s\S]*)$/.exec(head) ?? [];
  return { is: "http", status: Number(status), fallback: fallbackIn({ status: Number(status), body }) };
};

const silence = (answer: string, saidByNc: string): string =>
  answer.trim() === "" ? saidByNc.slice(0, 200) : "what answers there does not speak HTTP";

export const GONE: ProbeAnswer = { is: "none", reason: "the app's container is gone" };

/** `waiting`: a client that bears with a helper for as long as it takes. */
export const probeContainer = async (
  docker: Docker,
  waiting: Docker,
  image: string,
  stack: Stack,
  target: ProbeTarget,
): Promise<ProbeAnswer> => {
  const helper = await createHelper(docker, image, stack, target);
  if (helper === null) return GONE;
  try {
    await helper.start();
    await waiting.getContainer(helper.id).wait();
    const answer = answerIn(textOf(await helper.logs({ stdout: true, stderr: true })), target);
    if (answer === null) throw unasked(target);
    return answer;
  } catch (error) {
    if (error instanceof Error && /No such container|is not running|cannot join network/i.test(error.message))
      return GONE;
    throw error;
  } finally {
    await helper.remove({ force: true }).catch((error: unknown) => {
      if (!isMissing(error)) throw error;
    });
  }
};

const unasked = ({ port }: ProbeTarget): Fault =>
  new Fault(
    "engine",
    `The helper that was to ask the app on port ${port} ended before it had asked`,
    "See whether PROBE_IMAGE has sh, nc, head, sleep and timeout, and whether the engine's host is out of memory.",
  );

const createHelper = async (docker: Docker, image: string, stack: Stack, target: ProbeTarget) => {
  const [Entrypoint, Cmd] = askingCommand(target, "127.0.0.1");
  try {
    const creation = docker.createContainer({
      Image: image,
      Entrypoint,
      Cmd,
      Labels: labelOf(stack.name),
      HostConfig: {
        NetworkMode: `container:${target.container}`,
        Memory: 32 * 1024 * 1024,
        CapDrop: ["ALL"],
      },
    });
    return await withProbeImage(image, creation);
  } catch (error) {
    if (!isMissing(error)) throw error;
    return null;
  }
};
