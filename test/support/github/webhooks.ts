/**
 * GitHub's side of a webhook: a payload signed over its raw bytes, sent after
 * the fact that it tells of, with the ten seconds of patience that GitHub has. Nothing is sent again by itself.
 */
import { createHmac, randomUUID } from "node:crypto";
import { setImmediate } from "node:timers/promises";
import type { Json } from "./description.ts";

export type Delivery = {
  id: string;
  event: string;
  payload: Json;
  /** Null where nobody listens, or where no answer came. */
  status: number | null;
  answer: string;
};

export type Hook = ReturnType<typeof hook>;

const sign = (body: string, secret: string): string =>
  `sha256=${createHmac("sha256", secret).update(body).digest("hex")}`;

export function hook(appId: number, secret: string) {
  const deliveries: Delivery[] = [];
  const pending = new Set<Promise<unknown>>();
  let target: string | null = null;

  async function post(id: string, event: string, payload: Json, key: string): Promise<Delivery> {
    await setImmediate(); // the request that caused it is answered first
    const body = JSON.stringify(payload);
    const delivery: Delivery = { id, event, payload, status: null, answer: "nobody listens" };
    deliveries.push(delivery);
    if (target === null) return delivery;
    const headers = headersFor(appId, id, event, sign(body, key));
    try {
      const signal = AbortSignal.timeout(10_000);
      const response = await fetch(target, { method: "POST", body, headers, signal });
      delivery.answer = await response.text();
      delivery.status = response.status;
    } catch (error) {
      delivery.answer = String(error);
    }
    return delivery;
  }

  function send(event: string, payload: Json, { id = randomUUID() as string, key = secret } = {}) {
    const sent = post(id, event, payload, key);
    pending.add(sent);
    return sent.finally(() => pending.delete(sent));
  }

  return {
    deliveries,
    send,
    to: (url: string | null) => {
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
