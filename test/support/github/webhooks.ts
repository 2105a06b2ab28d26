/**
 * GitHub's side of a webhook: a payload signed over its raw bytes, sent after
 * the fact that it tells of, with the ten seconds of patience that GitHub has. Nothing is sent again by itself.
 */
import { createHmac, randomUUID } from "node:crypto";
import { setImmediate } from "node:timers/promises";
import type { Json } from "./description.ts";

export type Delivery = {
  /** The same for all its attempts. */
  id: string;
  /** Of this attempt. Greater than what a JavaScript number holds, as GitHub's are. */
  attempt: bigint;
  /** When it ended; null while it is on its way. */
  at: string | null;
  isRedelivery: boolean;
  event: string;
  payload: Json;
  /** Null where nobody listens, or where no answer came. */
  status: number | null;
  answer: string;
};

export type Hook = ReturnType<typeof hook>;

const FIRST_ATTEMPT = 3_804_004_623_172_239_365n;

const sign = (body: string, secret: string): string =>
  `sha256=${createHmac("sha256", secret).update(body).digest("hex")}`;

export function hook(appId: number, secret: string) {
  const deliveries: Delivery[] = [];
  const pending = new Set<Promise<unknown>>();
  let target: string | null | Promise<string> = null;

  async function post(id: string, event: string, payload: Json, key: string): Promise<Delivery> {
    await setImmediate(); // the request that caused it is answered first
    const body = JSON.stringify(payload);
    const isRedelivery = deliveries.some((one) => one.id === id);
    const attempt = FIRST_ATTEMPT + BigInt(deliveries.length);
    const told = { id, attempt, isRedelivery, event, payload };
    const delivery: Delivery = { ...told, at: null, status: null, answer: "nobody listens" };
    deliveries.push(delivery);
    const url = await target;
    if (url !== null) await hand(delivery, url, body, headersFor(appId, id, event, sign(body, key)));
    delivery.at = new Date().toISOString();
    return delivery;
  }

  async function hand(
    delivery: Delivery,
    url: string,
    body: string,
    headers: Record<string, string>,
  ): Promise<void> {
    try {
      const signal = AbortSignal.timeout(10_000);
      const response = await fetch(url, { method: "POST", body, headers, signal });
      delivery.answer = await response.text();
      delivery.status = response.status;
    } catch (error) {
      delivery.answer = String(error);
    }
  }

  function send(event: string, payload: Json, { id = randomUUID() as string, key = secret } = {}) {
    const sent = post(id, event, payload, key);
    pending.add(sent);
    return sent.finally(() => pending.delete(sent));
  }

  return {
    deliveries,
    send,
    /** A promised one is waited for. */
    to: (url: string | null | Promise<string>) => {
      target = url;
    },
    settled: async () => {
      while (pending.size > 0) await Promise.allSettled(pending);
    },
  };
}

function headersFor(appId: number, id: string, event: string, signature: string): Record<string, string> {
  return {
    "content-type": "application/json",
    "user-agent": "GitHub-Hookshot/stand-in",
    "x-github-delivery": id,
    "x-github-event": event,
    "x-github-hook-id": "1",
    "x-github-hook-installation-target-id": String(appId),
    "x-github-hook-installation-target-type": "integration",
    "x-hub-signature-256": signature,
  };
}
