/** What the recorder does with an engine that is slow, gone, or says no; the engine is a set of answers. */
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { Commit } from "../../../../src/recipe/commit.ts";
import { recordRollout } from "../../../../src/swarm/recorder/rollout-recorder.ts";
import { redactor } from "../../../../src/swarm/redaction.ts";
import type { Reading, StreamEvent } from "../../../../src/swarm/swarm.ts";
import { Fault } from "../../../../src/verdict/fault.ts";
import type { Container, EngineEvent, Observation, Task } from "../../../../src/verdict/observation.ts";

type Reader = Parameters<typeof recordRollout>[0]["swarm"];

const nothing: Reading = { services: [], tasks: [], upToDate: [], stamped: [] };
const container = (id: string): Container => ({
  id,
  task: "t1",
  isOomKilled: false,
  exitCode: 3,
  health: null,
  error: "",
  memoryLimitBytes: null,
  startedAt: null,
  finishedAt: null,
});
const event = (action: string, id: string, service: string | null = "s_app"): EngineEvent => ({
  at: "2026-03-01T10:00:00.000Z",
  type: "container",
  action,
  id,
  service,
  task: "t1",
  exitCode: action === "die" ? 3 : null,
  updateState: null,
});
const failedTask: Task = {
  id: "t1",
  service: "svc",
  slot: 1,
  node: null,
  state: "failed",
  desired: "shutdown",
  message: "started",
  error: "task: non-zero exit (3)",
  exitCode: 3,
  container: "c1",
  image: "app:1",
  createdAt: "2026-03-01T09:59:00.000Z",
  changedAt: "2026-03-01T10:00:00.000Z",
};
const away = () => new Fault("engine", "The engine does not answer: connect ENOENT", "Start it.");
const refused = (message: string) =>
  new Fault("engine", message, "See its log.", Object.assign(new Error(message), { statusCode: 501 }));

/** A stream of events that is told by hand. */
const stream = () => {
  const waiting: StreamEvent[] = [];
  let wake: () => void = () => undefined;
  return {
    tell(one: StreamEvent) {
      waiting.push(one);
      wake();
    },
    async *events(_sinceMs: number, signal: AbortSignal): AsyncGenerator<StreamEvent, void, undefined> {
      signal.addEventListener("abort", () => wake());
      while (!signal.aborted) {
        const next = waiting.shift();
        if (next) yield next;
        else
          await new Promise<void>((resolve) => {
            wake = resolve;
          });
      }
    },
  };
};

const record = async (answers: Partial<Reader>) => {
  const { tell, events } = stream();
  const noted: Observation[] = [];
  const recorder = await recordRollout({
    swarm: {
      node: async () => "node1",
      read: async () => nothing,
      service: async () => null,
      container: async (id) => container(id),
      log: async () => [],
      taskLog: async () => [],
      memory: async () => null,
      events,
      ...answers,
    },
    expectation: {
      recipe: "r",
      stack: "s",
      commit: Commit.parse("a".repeat(40)),
      stampLabel: "coop-cloud.s.chaos-version",
      stampedService: "s_app",
      services: ["s_app"],
      images: {},
      lent: {},
      isUnderTest: true,
    },
    stamp: { label: "coop-cloud.s.chaos-version", value: "aaaaaaaa" },
    note: (observation) => noted.push(observation),
    now: () => new Date(),
    redact: redactor(new Map([["PASSWORD", "hunter22"]]), []),
  });
  const of = <Is extends Observation["is"]>(is: Is) =>
    noted.filter((o): o is Extract<Observation, { is: Is }> => o.is === is);
  const missing = () => of("not-captured").filter(({ what }) => what !== "the host's memory");
  return { recorder, tell, noted, of, missing };
};

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());
const soon = () => vi.advanceTimersByTimeAsync(1);

test("neither a look nor a dead container's inspect waits for a log, and the log is not lost for it", async () => {
  const log = Promise.withResolvers<readonly string[]>();
  const { recorder, tell, of } = await record({ log: () => log.promise });
  tell(event("die", "c1"));
  await soon();
  await recorder.look();
  expect(of("container")).toHaveLength(1);
  expect(of("log")).toEqual([]);
  const stopped = recorder.stop();
  log.resolve(["last words"]);
  await stopped;
  expect(of("log")).toMatchObject([{ container: "c1", lines: ["last words"] }]);
});

test("a dead container's inspect does not wait for a look in progress", async () => {
  const look = Promise.withResolvers<Reading>();
  let reads = 0;
  const { recorder, tell, of } = await record({
    read: () => (reads++ === 0 ? Promise.resolve(nothing) : look.promise),
  });
  tell(event("start", "c1"));
  await soon();
  tell(event("die", "c1"));
  await soon();
  expect(of("container")).toHaveLength(1);
  look.resolve(nothing);
  await recorder.stop();
});

test("the end waits five seconds for what is being read, and nothing is noted after it", async () => {
  const log = Promise.withResolvers<readonly string[]>();
  const { recorder, tell, noted, of } = await record({ log: () => log.promise });
  tell(event("die", "c1"));
  await soon();
  const stopped = recorder.stop();
  await vi.advanceTimersByTimeAsync(5_000);
  await stopped;
  const until = noted.length;
  log.resolve(["too late"]);
  await soon();
  expect(of("log")).toEqual([]);
  expect(noted).toHaveLength(until);
});

test("what the engine had removed, or will not tell, is said to be missing, once, with the reason", async () => {
  const log = vi.fn(async () => Promise.reject(refused("the logging driver does not support reading")));
  const { recorder, tell, missing } = await record({ container: async () => null, log });
  for (const action of ["oom", "die"]) tell(event(action, "c1"));
  await soon();
  await recorder.look();
  await recorder.stop();
  expect(log, "what was refused is not asked for again").toHaveBeenCalledTimes(2);
  expect(missing().map(({ what, reason }) => `${what}: ${reason}`)).toEqual([
    "container c1: the engine had removed it already",
    "log of container c1: the logging driver does not support reading",
  ]);
});

test("the host's memory is sampled before the deploy, each second and at a death, or is missed once", async () => {
  const host = { availableBytes: 1, totalBytes: 2, oomKills: 0, pressure: null };
  const asked: (readonly string[])[] = [];
  const { recorder, tell, of } = await record({
    async memory(containers) {
      asked.push([...containers]);
      return { host, parent: null, containers: {} };
    },
  });
  expect(of("memory")).toHaveLength(1);
  tell(event("start", "c1"));
  await vi.advanceTimersByTimeAsync(1_000);
  expect(of("memory")).toHaveLength(2);
  tell(event("die", "c1"));
  await soon();
  expect(of("memory")).toHaveLength(3);
  await vi.advanceTimersByTimeAsync(1_000);
  expect(asked).toEqual([[], ["c1"], ["c1"], []]);
  await recorder.stop();

  const blind = await record({});
  await vi.advanceTimersByTimeAsync(3_000);
  expect(blind.of("not-captured").map(({ what }) => what)).toEqual(["the host's memory"]);
  await blind.recorder.stop();
});

test("an end that is seen is followed by one sample more, since the engine dates it after its event", async () => {
  const host = { availableBytes: 1, totalBytes: 2, oomKills: 0, pressure: null };
  let tasks: Reading["tasks"] = [];
  const { recorder, of } = await record({
    read: async () => ({ ...nothing, tasks }),
    memory: async () => ({ host, parent: null, containers: {} }),
  });
  await recorder.look();
  expect(of("memory")).toHaveLength(1);
  tasks = [failedTask];
  for (let times = 0; times < 2; times++) await recorder.look();
  await soon();
  expect(of("memory")).toHaveLength(2);
  await recorder.stop();
});

test("of other stacks only a kill for want of memory is noted", async () => {
  const { recorder, tell, of } = await record({});
  for (const service of ["other_app", null])
    for (const action of ["start", "oom", "die"]) tell(event(action, "c9", service));
  await soon();
  expect(of("event").map((o) => `${o.event.action} ${o.event.service}`)).toEqual([
    "oom other_app",
    "oom null",
  ]);
  expect(of("container")).toEqual([]);
  await recorder.stop();
});

test("an engine that is away for a moment costs one line, and what a death left is read when it is back", async () => {
  let isAway = false;
  const unlessAway = async <T>(answer: T): Promise<T> => {
    if (isAway) throw away();
    return answer;
  };
  const { recorder, tell, of, missing } = await record({
    read: () => unlessAway(nothing),
    container: (id) => unlessAway(container(id)),
    log: () => unlessAway(["last words"]),
  });
  isAway = true;
  tell(event("die", "c1"));
  await vi.advanceTimersByTimeAsync(4_000);
  expect(missing().map(({ what }) => what)).toEqual(["the stack's state"]);
  expect(of("container")).toEqual([]);
  isAway = false;
  await vi.advanceTimersByTimeAsync(1_000);
  expect(of("container")).toHaveLength(1);
  expect(of("log")).toMatchObject([{ lines: ["last words"] }]);
  isAway = true;
  await vi.advanceTimersByTimeAsync(14_000);
  await expect(
    Promise.all([recorder.changed(null), soon(), vi.advanceTimersByTimeAsync(999)]),
  ).resolves.toBeDefined();
  await recorder.stop();
  expect(missing().map(({ what }) => what)).toEqual(["the stack's state", "the stack's state"]);
});

test("a container that the engine removes after it was read is not missing", async () => {
  let isThere = true;
  const { recorder, tell, of, missing } = await record({
    container: async (id) => (isThere ? container(id) : null),
    log: async () => (isThere ? ["last words"] : null),
  });
  tell(event("die", "c1"));
  await soon();
  isThere = false;
  tell(event("die", "c1"));
  await soon();
  await recorder.stop();
  expect([of("container").length, of("log").length, missing()]).toEqual([1, 1, []]);
});

test("an engine that stays away for 15 s is a fault, and what was owed is said to be missing", async () => {
  let isAway = false;
  const answer = async () => (isAway ? Promise.reject(away()) : nothing);
  const lost = async () => Promise.reject(away());
  const { recorder, tell, missing } = await record({ read: answer, container: lost, log: lost });
  isAway = true;
  tell(event("die", "c1"));
  await vi.advanceTimersByTimeAsync(13_000);
  const waiting = recorder.changed(null);
  await vi.advanceTimersByTimeAsync(1_000);
  await expect(waiting).resolves.toBeUndefined();
  const given = expect(recorder.changed(null)).rejects.toThrow("does not answer");
  await vi.advanceTimersByTimeAsync(2_000);
  await given;
  await recorder.stop();
  expect(missing().map(({ what }) => what)).toEqual([
    "the stack's state",
    "log of container c1",
    "container c1",
  ]);
});

test("a defect of our own is not waited for", async () => {
  let reads = 0;
  const { recorder } = await record({
    read: async () => (reads++ === 0 ? nothing : Promise.reject(new TypeError("ours"))),
  });
  await expect(recorder.look()).rejects.toThrow("ours");
  await recorder.stop();
});

test("what is noted is redacted, over the ends of lines too, and only then cut", async () => {
  const long = `${"x".repeat(1_995)}hunter22${"y".repeat(100)}`;
  const key = ["-----BEGIN PRIVATE KEY-----", "MIIEvQIBADANBg", "-----END PRIVATE KEY-----"];
  const { recorder, tell, of } = await record({
    container: async (id) => ({
      ...container(id),
      error: "hunter22",
      health: { status: "unhealthy", checks: [{ at: "", exitCode: 1, output: "pw hunter22" }] },
    }),
    log: async () => [long, ...key, "end"],
  });
  tell(event("die", "c1"));
  await soon();
  await recorder.stop();
  expect(of("log")[0]?.lines).toEqual([`${"x".repeat(1_995)}<reda…`, "<redacted private key>", "end"]);
  expect(of("container")[0]?.container).toMatchObject({
    error: "<redacted PASSWORD>",
    health: { checks: [{ output: "pw <redacted PASSWORD>" }] },
  });
});

test("a container in which the kernel kills again and again is sampled once for it, and once at its end", async () => {
  const host = { availableBytes: 1, totalBytes: 2, oomKills: 0, pressure: null };
  const { recorder, tell, of } = await record({
    memory: async () => ({ host, parent: null, containers: {} }),
  });
  expect(of("memory")).toHaveLength(1);
  for (let times = 0; times < 20; times++) tell(event("oom", "c1"));
  await soon();
  expect(of("memory")).toHaveLength(2);
  tell(event("die", "c1"));
  await soon();
  expect(of("memory")).toHaveLength(3);
  await recorder.stop();
});

const onNode2: Task = { ...failedTask, node: "node2" };

test("a task that ends on another node: its lines through the manager, and of its container why it is not to be had", async () => {
  const host = { availableBytes: 1, totalBytes: 2, oomKills: 0, pressure: null };
  const asked: (readonly string[])[] = [];
  let tasks: Reading["tasks"] = [{ ...onNode2, state: "running", exitCode: null }];
  const container = vi.fn(async () => null);
  const log = vi.fn(async () => null);
  const taskLog = vi.fn(async () => ["last words"]);
  const { recorder, of, missing } = await record({
    read: async () => ({ ...nothing, tasks }),
    container,
    log,
    taskLog,
    async memory(containers) {
      asked.push([...containers]);
      return { host, parent: null, containers: {} };
    },
  });
  expect(of("before")).toMatchObject([{ node: "node1" }]);
  tasks = [onNode2];
  for (let times = 0; times < 3; times++) await recorder.look();
  await soon();
  await recorder.stop();
  expect(of("log")).toMatchObject([{ container: "c1", lines: ["last words"] }]);
  expect(taskLog.mock.calls).toEqual([["t1"]]);
  expect(missing()).toMatchObject([
    { what: "container c1", reason: "not on this node (it was on node node2)" },
  ]);
  expect([container, log].flatMap(({ mock }) => mock.calls)).toEqual([]);
  expect(asked, "its memory is not this host's, and its end is no reason for a sample").toEqual([[]]);
});

test("a death on another node is seen soon after it, though no event tells of it", async () => {
  let tasks: Reading["tasks"] = [{ ...onNode2, state: "running", exitCode: null }];
  const { recorder, of } = await record({ read: async () => ({ ...nothing, tasks }) });
  await vi.advanceTimersByTimeAsync(50);
  tasks = [onNode2];
  await vi.advanceTimersByTimeAsync(200);
  await recorder.stop();
  expect(of("log")).toHaveLength(1);
});

test("lines that another node does not send are asked for again, and at the end are missing with the reason", async () => {
  let isCutOff = true;
  const reason = "The log of task t1 does not come through the manager: its node has not answered for 4 s";
  const taskLog = vi.fn(async () => {
    if (isCutOff) throw new Fault("engine", reason, "See `docker node ls`.");
    return ["last words"];
  });
  const read = async (): Promise<Reading> => ({ ...nothing, tasks: [onNode2] });
  const answers = { read: vi.fn(read).mockResolvedValueOnce(nothing), taskLog };
  const { recorder, of } = await record(answers);
  await vi.advanceTimersByTimeAsync(2_000);
  expect(of("log")).toEqual([]);
  isCutOff = false;
  await vi.advanceTimersByTimeAsync(1_000);
  expect(of("log")).toMatchObject([{ lines: ["last words"] }]);
  await recorder.stop();

  isCutOff = true;
  const never = await record({ read: vi.fn(read).mockResolvedValueOnce(nothing), taskLog });
  await never.recorder.look();
  await soon();
  await never.recorder.stop();
  expect(never.missing()).toMatchObject([{ what: "container c1" }, { what: "log of container c1", reason }]);
});
