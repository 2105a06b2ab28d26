/**
 * The rollout under test and everybody who watches it at the same time. Ours counts as deployed as soon as the engine has
 * taken the specs of all services, which is when a detached deployer comes back; the CLI goes on to its own verdict.
 */
import { setTimeout as delay } from "node:timers/promises";
import type Docker from "dockerode";
import { followRollout } from "../src/runner/follow-rollout.ts";
import { type RolloutRecorder, recordRollout } from "../src/swarm/recorder/rollout-recorder.ts";
import type { Stamp, Swarm } from "../src/swarm/swarm.ts";
import type { Expectation, Observation } from "../src/verdict/observation.ts";
import { judge } from "../src/verdict/verdict.ts";
import { type Cli, type CliEnd, startDocker } from "./docker-cli.ts";
import { nameOf } from "./naming.ts";
import { namedByPolls, type Poll } from "./other-judges.ts";
import { type Poller, startPoller } from "./poller.ts";
import { HEAD } from "./scenario.ts";
import { takenWatch } from "./taken-watch.ts";

/** The edges that a trial uses, and where its chances come from. */
export type Bench = { swarm: Swarm; docker: Docker; random: () => number };
export type Watched = {
  observations: readonly Observation[];
  name: string;
  verdictAtMs: number;
  /** Null: it still waited when the grace was over. */
  cli: CliEnd | null;
  poll1s: Polled;
  poll5s: Polled;
};
type Polled = { name: string | null; hasCaptured: boolean };

/** How much longer than we the others may take: five seconds, and a moment for the look of a slow poller. */
const GRACE_MS = 5_500;
const DEADLINE_MS = 90_000;
const DEPLOY = ["stack", "deploy", "--detach=false", "--resolve-image", "never"];

export const watch = async (
  bench: Bench,
  expectation: Expectation,
  file: string,
  secondWriter: () => Promise<void>,
): Promise<Watched> => {
  const stamp = { label: expectation.stampLabel, value: HEAD };
  const record = await startRecord(bench.swarm, expectation, stamp);
  const { observations } = record;
  const pollers = [1_000, 5_000].map((ms) =>
    startPoller(bench.docker, expectation.stack, ms, bench.random() * ms),
  );
  const cli = startDocker(...DEPLOY, "-c", file, expectation.stack);
  try {
    const takenAtMs = await follow(record, cli, secondWriter);
    const polledBy = ({ polls }: Poller): Polled => ({
      name: namedByPolls(polls, takenAtMs, expectation.services, {
        service: expectation.stampedService,
        ...stamp,
      }),
      hasCaptured: hasCaptured(polls, observations),
    });
    const ended = await withinGrace(cli, () => pollers.map(polledBy).every((p) => p.name !== null));
    const [poll1s, poll5s] = pollers.map(polledBy);
    if (!poll1s || !poll5s) throw new Error("there are two pollers");
    const verdictAtMs = record.verdictAtMs();
    const name = nameOf(judge(observations, verdictAtMs));
    return { observations, name, verdictAtMs, cli: ended, poll1s, poll5s };
  } finally {
    cli.kill();
    await Promise.all([record.recorder.stop(), ...pollers.map((poller) => poller.stop())]);
  }
};

const now = () => new Date();

type Recording = {
  recorder: RolloutRecorder;
  observations: Observation[];
  note: (observation: Observation) => void;
  /** Resolves when the engine has taken the specs of all services. */
  taken: Promise<void>;
  verdictAtMs(): number;
};

const startRecord = async (swarm: Swarm, expectation: Expectation, stamp: Stamp): Promise<Recording> => {
  const taken = takenWatch(expectation.services);
  const observations: Observation[] = [];
  let verdictAtMs = 0;
  const note = (observation: Observation): void => {
    if (observation.is === "settled") verdictAtMs = Date.now();
    observations.push(observation);
    taken.see(observation);
  };
  const redact = (text: string): string => text;
  const recorder = await recordRollout({ swarm, expectation, stamp, note, now, redact });
  return { recorder, observations, note, taken: taken.all, verdictAtMs: () => verdictAtMs };
};

/** To our verdict; gives the moment at which the engine had taken the specs. */
const follow = async (
  { recorder, observations, note, taken }: Recording,
  cli: Cli,
  secondWriter: () => Promise<void>,
): Promise<number> => {
  const refused = await Promise.race([taken.then(() => null), cli.ended]);
  const takenAtMs = Date.now();
  const writing = refused ? Promise.resolve() : secondWriter();
  // Awaited below; until then a failure must not end the process.
  writing.catch(() => undefined);
  await recorder.look();
  note({
    is: "deployed",
    at: now().toISOString(),
    by: "docker stack deploy",
    exitCode: refused?.exitCode ?? 0,
    said: refused?.said ?? "",
  });
  const signal = new AbortController().signal;
  const doing = () => undefined;
  await followRollout({ recorder, observations, note, doing, deadlineMs: DEADLINE_MS, now, signal });
  await writing;
  return takenAtMs;
};

const withinGrace = async (cli: Cli, haveOthersNamed: () => boolean): Promise<CliEnd | null> => {
  const end = Date.now() + GRACE_MS;
  const ended = await Promise.race([cli.ended, delay(GRACE_MS, null)]);
  while (Date.now() < end && !haveOthersNamed()) await delay(50);
  return ended;
};

/** Whether any look found the new spec with the old one beside it. */
const hasCaptured = (polls: readonly Poll[], observations: readonly Observation[]): boolean => {
  const before = observations.find((o) => o.is === "before");
  const versionOf = (name: string) => before?.services.find((s) => s.name === name)?.version;
  return polls.some((poll) =>
    poll.services.some(({ service }) => service.previous && service.version !== versionOf(service.name)),
  );
};
