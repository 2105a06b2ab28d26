/** Bots that share a PostgreSQL: who lives, who leads, who is told; and how soon a death is seen, of whatever kind it is. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { connect as connectTo, createServer, type Socket } from "node:net";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { afterEach, expect, test } from "vitest";
import { RHYTHM } from "../../src/store/postgres/connection.ts";
import { openPostgres } from "../../src/store/postgres/open-postgres.ts";
import type { Session } from "../../src/store/session.ts";
import type { Fault } from "../../src/verdict/fault.ts";
import { freshDatabase, serverOfTheTests, startPostgres } from "../support/postgres.ts";

/** As RHYTHM, twice as fast: a busy server has to answer in that time. */
const FAST = { beatMs: 500, statementMs: 3_500, answerMs: 4_000, silenceMs: 9_000 };
/** A server that bears with silence for longer than any test takes: what is seen was told. */
const PATIENT = { ...FAST, silenceMs: 600_000 };
/** No beat comes while a test looks: what is heard was told. */
const BEATLESS = { ...RHYTHM, beatMs: 600_000 };
const endings: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const end of endings.splice(0).reverse()) await end();
});

const bot = async (
  url: string,
  name: string,
  { onLost = (_: Fault): void => undefined, rhythm = FAST } = {},
) => {
  const opened = await openPostgres(url, name, onLost, rhythm);
  endings.push(opened.database.close);
  return opened;
};
/** A bot as a process; `says` resolves with the next line that it says. */
const botProcess = async (url: string, name: string, rhythm = FAST) => {
  const script = join(import.meta.dirname, "../support/session-process.ts");
  const child = spawn(process.execPath, [script, url, name, JSON.stringify(rhythm)], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  endings.push(async () => child.kill("SIGKILL"));
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const says = async () => (await lines.next()).value;
  expect(await says()).toBe("open");
  return { child, says };
};
/** When that session next sees a change for which this holds. */
const seen = (session: Session, holds: () => boolean | Promise<boolean>): Promise<number> =>
  new Promise((resolve, reject) => {
    const look = async () => {
      if (await holds()) resolve(performance.now());
    };
    session.onChange(() => void look().catch(reject));
  });

test("the rhythm lets a bot know of its end before the server gives it up", () => {
  for (const { beatMs, statementMs, answerMs, silenceMs } of [RHYTHM, FAST]) {
    expect(statementMs).toBeLessThan(answerMs);
    expect(beatMs + answerMs).toBeLessThanOrEqual(silenceMs / 2);
  }
});

test("a bot lives from its opening to its end, and its name is its own", async () => {
  const url = await freshDatabase(serverOfTheTests());
  const [a, b] = [await bot(url, "a"), await bot(url, "b")];
  expect(await Promise.all(["a", "b", "c", ""].map(a.session.isAlive))).toEqual([true, true, false, false]);
  await expect(bot(url, "b")).rejects.toThrow("Another bot is called b");
  expect(await a.session.isAlive("b")).toBe(true);
  await b.session.close();
  expect(await a.session.isAlive("b")).toBe(false);
  const elsewhere = await bot(await freshDatabase(serverOfTheTests()), "b");
  expect(await elsewhere.session.isAlive("a")).toBe(false);
});

test("one leads; when it ends another one does, and is told", async () => {
  const url = await freshDatabase(serverOfTheTests());
  const [a, b, c] = [await bot(url, "a"), await bot(url, "b"), await bot(url, "c")];
  expect([a, b, c].map(({ session }) => session.leads())).toEqual([true, false, false]);
  const next = [b, c].map(({ session }) => seen(session, session.leads));
  await a.session.close();
  await Promise.race(next);
  expect([b, c].filter(({ session }) => session.leads())).toHaveLength(1);
});

test("the others are told of a change, the one that made it is not", async () => {
  const url = await freshDatabase(serverOfTheTests());
  const open = (name: string) => bot(url, name, { rhythm: BEATLESS });
  const [a, b, c] = [await open("a"), await open("b"), await open("c")];
  // What the coming of c set off at the others is over when they have asked something after it, twice.
  for (const { session } of [a, b, a, b]) await session.isAlive("c");
  const heard: string[] = [];
  for (const { session } of [a, b, c]) session.onChange(() => heard.push(session.bot));
  const toldB = seen(b.session, () => true);
  const toldC = seen(c.session, () => true);
  for (let times = 0; times < 50; times += 1) a.session.notify();
  await Promise.all([toldB, toldC]);
  await Promise.all([a, b, c].map(({ session }) => session.isAlive("a")));
  expect(new Set(heard)).toEqual(new Set(["b", "c"]));
});

test("a bot that is killed is dead at once, and seen to be by the next beat", async () => {
  const url = await freshDatabase(serverOfTheTests());
  const { child } = await botProcess(url, "a", PATIENT);
  const b = await bot(url, "b", { rhythm: PATIENT });
  expect([b.session.leads(), await b.session.isAlive("a")]).toEqual([false, true]);
  const leads = seen(b.session, b.session.leads);
  child.kill("SIGKILL");
  await once(child, "exit");
  while (await b.session.isAlive("a"));
  await leads;
});

test("a bot that is killed as soon as it has come is seen to be dead all the same", async () => {
  const url = await freshDatabase(serverOfTheTests());
  const b = await bot(url, "b");
  for (const name of ["a1", "a2", "a3"]) {
    const { child } = await botProcess(url, name);
    const dead = seen(b.session, async () => !(await b.session.isAlive(name)));
    child.kill("SIGKILL");
    await dead;
  }
});

test("a bot that hangs is given up, cannot write any more, and knows when it goes on", async () => {
  const url = await freshDatabase(serverOfTheTests());
  const b = await bot(url, "b");
  await b.database.change("CREATE TABLE notes (note TEXT NOT NULL)");
  const { child, says } = await botProcess(url, "a");
  const dead = seen(b.session, async () => !(await b.session.isAlive("a")));
  child.kill("SIGSTOP");
  await dead;
  child.kill("SIGCONT");
  expect(await says()).toMatch(/^lost: The database .+ is away: /);
  expect(await says()).toBe("not written");
  expect(await b.database.all("SELECT note FROM notes")).toEqual([]);
});

test("a bot whose network goes silent knows that it is lost before the server gives it up", async () => {
  const url = await freshDatabase(serverOfTheTests());
  const b = await bot(url, "b");
  const wire = await silenceableWire(url);
  const lostAt = Promise.withResolvers<number>();
  const a = await bot(wire.url, "a", { onLost: () => lostAt.resolve(performance.now()) });
  expect(await b.session.isAlive("a")).toBe(true);
  const deadAt = seen(b.session, async () => !(await b.session.isAlive("a")));
  const silentAt = performance.now();
  wire.fallSilent();
  const [lostMs, deadMs] = (await Promise.all([lostAt.promise, deadAt])).map((at) => at - silentAt);
  expect(lostMs).toBeLessThan(deadMs ?? 0);
  await expect(a.database.all("SELECT 1")).rejects.toThrow("is away");
});

test("a server that goes away ends the bot: said once, with a way out; and the next bot finds what was kept", async () => {
  const server = await startPostgres();
  endings.push(server.remove);
  const lost: Fault[] = [];
  const told = Promise.withResolvers<void>();
  const onLost = (fault: Fault) => {
    lost.push(fault);
    told.resolve();
  };
  const a = await bot(server.url, "a", { onLost });
  await a.database.change("CREATE TABLE notes (note TEXT NOT NULL)");
  await server.down();
  await told.promise;
  await expect(a.session.isAlive("a")).rejects.toBe(lost[0]);
  await expect(a.database.all("SELECT 1")).rejects.toBe(lost[0]);
  a.session.notify();
  expect(lost.map(({ party, mend }) => [party, mend])).toEqual([
    ["bot", "See that PostgreSQL runs there and can be reached from here; what was promised is kept in it."],
  ]);
  await expect(bot(server.url, "a2")).rejects.toThrow(/is away: .*ECONNREFUSED/);
  await server.up();
  const a2 = await bot(server.url, "a2");
  expect(await a2.database.all("SELECT note FROM notes")).toEqual([]);
  expect(await a2.session.isAlive("a")).toBe(false);
  expect(lost).toHaveLength(1);
});

/** A wire to that server that can go dead without a word to either end, as when a cable is pulled. */
const silenceableWire = async (url: string) => {
  const { hostname, port } = new URL(url);
  const sockets: Socket[] = [];
  const proxy = createServer((near) => {
    const far = connectTo({ host: hostname, port: Number(port) });
    near.pipe(far).pipe(near);
    for (const socket of [near, far]) socket.on("error", () => undefined);
    sockets.push(near, far);
  }).listen(0, "127.0.0.1");
  await once(proxy, "listening");
  const address = proxy.address();
  if (address === null || typeof address === "string") throw new Error("a TCP server has a port");
  endings.push(async () => {
    for (const socket of sockets) socket.destroy();
    proxy.close();
  });
  return {
    url: Object.assign(new URL(url), { port: String(address.port) }).href,
    fallSilent: () => {
      for (const socket of sockets) socket.unpipe().pause();
    },
  };
};
