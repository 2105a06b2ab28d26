/**
 * What is asked of a delivery before anybody reads it: GitHub's headers, a size that GitHub keeps to, and (by Probot, in constant
 * time) a signature of its text. What lacks the first is refused unread. The answer to GitHub is one of a few fixed ones.
 */
import type { IncomingMessage } from "node:http";
import * as z from "zod";
import type { Limit } from "./limits.ts";

export type Reply = { status: number; body: string; headers?: Record<string, string> };
/** Octokit's, as Probot has it. */
export type Webhooks = {
  /** In constant time. */
  verify(payload: string, signature: string): Promise<boolean>;
  /** Throws where a handler does, or where the payload is no JSON; that has been logged then. */
  verifyAndReceive(delivery: {
    id: string;
    name: string;
    payload: string;
    signature: string;
  }): Promise<unknown>;
};
export type Heard = { address: string; why: string };

/** GitHub delivers nothing larger. */
const LARGEST_BYTES = 25 * 1024 * 1024;

const Headers = z.object({
  "content-type": z.string().regex(/^application\/json\s*(;|$)/i),
  "x-github-event": z.string().regex(/^[a-z_]{1,60}$/),
  "x-github-delivery": z.string().regex(/^[\w-]{1,100}$/),
  "x-hub-signature-256": z.string().regex(/^sha256=[0-9a-f]{64}$/),
});

export const deliveryTaker =
  (webhooks: Webhooks, wrong: Limit, hear: (heard: Heard) => void) =>
  async (request: IncomingMessage): Promise<Reply> => {
    const address = request.socket.remoteAddress ?? "nobody";
    const refuse = async (status: number, why: string): Promise<Reply> => {
      const waitS = await wrong.count(address);
      if (waitS !== null) return tooOften(waitS);
      hear({ address, why });
      return { status, body: `${why}\n`, headers: { connection: "close" } };
    };
    if (request.method !== "POST") {
      const reply = await refuse(405, "Deliveries are posted.");
      return { ...reply, headers: { ...reply.headers, allow: "POST" } };
    }
    const headers = Headers.safeParse(request.headers);
    if (!headers.success) return refuse(400, "This has not the headers of a signed delivery.");
    const payload = await bodyOf(request);
    if (payload === "cut off") return refuse(400, "This ended before its end.");
    if (payload === null) return refuse(413, "This is larger than what GitHub delivers.");
    const {
      "x-github-event": name,
      "x-github-delivery": id,
      "x-hub-signature-256": signature,
    } = headers.data;
    // What is not GitHub's gets no further, and into no log: Probot would write all of it there.
    if (!(await webhooks.verify(payload, signature)))
      return refuse(400, "The signature is not that of the body.");
    try {
      await webhooks.verifyAndReceive({ id, name, payload, signature });
      return { status: 200, body: "ok\n" };
    } catch {
      // GitHub keeps the delivery, and the bot asks for it again.
      return { status: 500, body: "It could not be kept.\n" };
    }
  };

export const tooOften = (seconds: number): Reply => ({
  status: 429,
  body: "Too often; wait.\n",
  headers: { "retry-after": String(seconds), connection: "close" },
});

/**
 * Null where it is too large: then no more of it is read. Bytes that are no UTF-8 read as what stands for them, of which no signature
 * is right.
 */
const bodyOf = async (request: IncomingMessage): Promise<string | "cut off" | null> => {
  if (Number(request.headers["content-length"] ?? 0) > LARGEST_BYTES) return null;
  const parts: Buffer[] = [];
  let length = 0;
  try {
    for await (const part of request.iterator({ destroyOnReturn: false })) {
      length += part.length;
      if (length > LARGEST_BYTES) return null;
      parts.push(part);
    }
  } catch {
    // Whoever sent it has hung up, or was too slow.
    return "cut off";
  }
  return Buffer.concat(parts).toString("utf8");
};
