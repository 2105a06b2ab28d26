/** The bot's door over real HTTP: what is too large, too slow or too often, and what a browser or a stranger gets to read. */
import { once } from "node:events";
import { request } from "node:http";
import { connect } from "node:net";
import { pino } from "pino";
import { expect, onTestFinished, test } from "vitest";
import { openDoor, type PageOf } from "../../src/door/door.ts";
import { openWorld, type World } from "../support/world.ts";

const at = (world: World, path: string) => new URL(path, world.bot.url);
const SIGNED = {
  "content-type": "application/json",
  "x-github-event": "issue_comment",
  "x-github-delivery": "a-guid",
  "x-hub-signature-256": `sha256=${"0".repeat(64)}`,
};

/** What is answered to a body that is never sent whole. */
const begin = (world: World, headers: Record<string, string>, body: Buffer) =>
  new Promise<number | undefined>((resolve, reject) => {
    const posted = request(world.bot.url, { method: "POST", headers }, ({ statusCode }) => {
      resolve(statusCode);
      posted.destroy();
    });
    posted.on("error", reject);
    posted.write(body);
  });

test("a body that is larger than GitHub's are is refused: unread where it says so, else at that size", async () => {
  const world = await openWorld();
  const said = { ...SIGNED, "content-length": String(26 * 1024 * 1024) };
  expect(await begin(world, said, Buffer.from("{"))).toBe(413);
  const unsaid = { ...SIGNED, "transfer-encoding": "chunked" };
  expect(await begin(world, unsaid, Buffer.alloc(26 * 1024 * 1024, " "))).toBe(413);
  await world.comment("!testme");
  await world.settled();
  expect(world.checkRuns()).toHaveLength(2);
});

test("whoever delivers wrong things again and again has to wait, and GitHub has not, at the same address", async () => {
  const world = await openWorld();
  const wrong = () => fetch(world.bot.url, { method: "POST", headers: SIGNED, body: "{}" });
  const answers: Response[] = [];
  for (let i = 0; i < 31; i++) answers.push(await wrong());
  expect(new Set(answers.slice(0, 30).map(({ status }) => status))).toEqual(new Set([400]));
  expect(answers.at(-1)?.status).toBe(429);
  expect(Number(answers.at(-1)?.headers.get("retry-after"))).toBeGreaterThan(0);
  expect(world.bot.log.filter((line) => line.includes("a delivery was refused"))).toHaveLength(30);
  await world.comment("!testme");
  await world.settled();
  expect(world.checkRuns()).toHaveLength(2);
});

test("whoever looks at pages again and again has to wait", async () => {
  const world = await openWorld();
  const looks: number[] = [];
  for (let i = 0; i < 301; i++) looks.push((await fetch(at(world, "/healthz"))).status);
  expect(looks.slice(0, 300).filter((status) => status !== 200)).toEqual([]);
  expect(looks.at(-1)).toBe(429);
});

test.each(["/healthz", "/readyz", "/metrics", "/audit?last=5", "/nothing", "/api/github/webhooks"])(
  "%s gives a browser nothing to run, to frame or to guess",
  async (path) => {
    const world = await openWorld();
    const { headers } = await fetch(at(world, path));
    expect(headers.get("content-security-policy")).toBe("default-src 'none'; frame-ancestors 'none'");
    expect(headers.get("x-content-type-options")).toBe("nosniff");
    expect(headers.get("x-frame-options")).toBe("DENY");
    expect(headers.get("referrer-policy")).toBe("no-referrer");
    expect(headers.get("set-cookie")).toBeNull();
  },
);

const doorOf = async (pageOf: PageOf, patience?: Parameters<typeof openDoor>[1]) => {
  const log: string[] = [];
  const webhooks = {
    verify: async () => true,
    verifyAndReceive: async () => Promise.reject(new Error("/srv/data/testme.db is locked")),
  };
  const parts = {
    webhooks,
    webhooksPath: "/hooks",
    pageOf,
    log: pino({}, { write: (line) => void log.push(line) }),
  };
  const door = openDoor(parts, patience).listen(0, "127.0.0.1");
  onTestFinished(() => void door.close());
  await once(door, "listening");
  const address = door.address();
  if (address === null || typeof address === "string") throw new Error("it does not listen");
  return { port: address.port, url: `http://127.0.0.1:${address.port}`, log };
};

test("what breaks inside is told to the log, and to nobody else", async () => {
  const { url, log } = await doorOf(() => Promise.reject(new Error("ENOENT: /srv/data/runs")));
  const page = await fetch(`${url}/runs`);
  expect([page.status, await page.text()]).toEqual([
    500,
    "This cannot be shown now; the bot's log says why.\n",
  ]);
  expect(log.join("")).toContain("ENOENT: /srv/data/runs");
  const delivery = await fetch(`${url}/hooks`, { method: "POST", headers: SIGNED, body: "{}" });
  expect([delivery.status, await delivery.text()]).toEqual([500, "It could not be kept.\n"]);
});

test.each([
  ["headers", "POST /hooks HTTP/1.1\r\nhost: x\r\n"],
  [
    "body",
    `POST /hooks HTTP/1.1\r\nhost: x\r\ncontent-length: 9\r\n${Object.entries(SIGNED)
      .map(([name, value]) => `${name}: ${value}\r\n`)
      .join("")}\r\n{`,
  ],
])("whoever does not come to an end with the %s is not waited for", async (_, words) => {
  const patience = { headersTimeout: 100, requestTimeout: 200, connectionsCheckingInterval: 50 };
  const { port } = await doorOf(() => null, patience);
  const socket = connect(port, "127.0.0.1");
  socket.write(words);
  const [said] = await once(socket, "data");
  expect(String(said)).toMatch(/^HTTP\/1\.1 408 /);
  socket.destroy();
});

test("whoever hangs up amid a delivery counts as wrong, and breaks nothing", async () => {
  const { port, url, log } = await doorOf(() => null);
  const hangUp = async () => {
    const socket = connect(port, "127.0.0.1");
    await once(socket, "connect");
    const head = Object.entries(SIGNED).map(([name, value]) => `${name}: ${value}\r\n`);
    socket.end(`POST /hooks HTTP/1.1\r\nhost: x\r\ncontent-length: 9\r\n${head.join("")}\r\n{`);
    await once(socket.resume(), "close");
  };
  for (let i = 0; i < 30; i++) await hangUp();
  expect(log.filter((line) => line.includes("This ended before its end."))).toHaveLength(30);
  expect(log.filter((line) => line.includes('"level":50'))).toEqual([]);
  expect((await fetch(`${url}/hooks`, { method: "POST", body: "{}" })).status).toBe(429);
});

test("whoever asks for deliveries otherwise than by posting them has to wait as well", async () => {
  const { url } = await doorOf(() => null);
  const answers: Response[] = [];
  for (let i = 0; i < 31; i++) answers.push(await fetch(`${url}/hooks`));
  expect(new Set(answers.slice(0, 30).map(({ status }) => status))).toEqual(new Set([405]));
  expect(answers[0]?.headers.get("allow")).toBe("POST");
  expect(answers.at(-1)?.status).toBe(429);
});
