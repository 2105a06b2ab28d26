/**
 * All that is on record of one rollout, as moments in the order of time: what Swarm did to the service, to its tasks and
 * their containers, when the deployer came back, what was missed, where memory was lowest. The engine's times where it gave
 * one, ours else. Nothing is left out here; the timeline folds what is too much.
 */
import type { EngineEvent, Observation, Task, UpdateStatus } from "../../verdict/observation.ts";
import type { Rollout, Sighting, SpecWrite } from "../../verdict/rollout.ts";
import { stampIn } from "../../verdict/rules/stamp.ts";
import { bytesWords } from "../amounts.ts";
import { shortImage } from "../words.ts";

/** Those that are told for sure come first. */
export const KINDS = [
  "end",
  "death",
  "status change",
  "alarm",
  "note",
  "task state",
  "engine event",
] as const;
export type Moment = { at: string; kind: (typeof KINDS)[number]; text: string };

/** `since`: the observations of this rollout alone, from `before` to where it was judged. */
export const momentsOf = (rollout: Rollout, since: readonly Observation[], verdict: string): Moment[] => {
  const between = [
    ...serviceMoments(rollout),
    ...taskMoments(rollout),
    ...eventMoments(rollout, since),
    ...deployMoments(since),
    ...rollout.notCaptured.map(({ at, what, reason }) => note(at, `not captured: ${what}: ${reason}`)),
    ...memoryMoments(rollout),
  ].sort((a, b) => Date.parse(a.at) - Date.parse(b.at));
  const endedAt = since.findLast((o) => o.is === "settled" || o.is === "deadline")?.at;
  return [
    { at: rollout.beganAt, kind: "end", text: openingWords(rollout) },
    ...between,
    { at: endedAt ?? since.at(-1)?.at ?? rollout.beganAt, kind: "end", text: `verdict: ${verdict}` },
  ];
};

const note = (at: string, text: string): Moment => ({ at, kind: "note", text });

const openingWords = (rollout: Rollout): string =>
  rollout.before
    ? `before the deploy: Version.Index ${rollout.before.service.version}, ${specWords(rollout.before, rollout)}`
    : "before the deploy: no service of this name";

const specWords = ({ service }: Sighting, rollout: Rollout): string => {
  const stamp = stampIn(service.spec.labels, rollout) ?? "none";
  const isStamped = rollout.service === rollout.expectation.stampedService;
  return `${shortImage(service.spec.image)}${isStamped ? `, stamp ${stamp}` : ""}`;
};

// ── the service ──────────────────────────────────────────────────────────────

const WRITERS: Readonly<Record<SpecWrite["by"], string>> = {
  deploy: "the deploy's spec is in",
  swarm: "Swarm put the previous spec back",
  person: "somebody had the previous spec put back",
  other: "ANOTHER WRITER changed the spec",
};

const serviceMoments = (rollout: Rollout): Moment[] => {
  let was = rollout.before;
  return rollout.history.map((seen) => {
    const write = rollout.writes.find((w) => w.at === seen.at && w.service.version === seen.service.version);
    // Each write clears the status of the update before it; that is news only if it was this one's.
    const isLeftover = was?.service.update?.startedAt === rollout.before?.service.update?.startedAt;
    const parts = [
      ...(isLeftover && !seen.service.update ? [] : statusWords(was, seen)),
      ...(write ? [`${WRITERS[write.by]} (${specWords(seen, rollout)})`] : []),
    ];
    was = seen;
    const text = [...parts, `Version.Index ${seen.service.version}`].join("; ");
    return { at: seen.at, kind: parts.length > 0 ? "status change" : "engine event", text };
  });
};

const statusWords = (was: Sighting | null, { service: { update } }: Sighting): string[] => {
  const old = was?.service.update ?? null;
  const isSame = old?.state === update?.state && old?.startedAt === update?.startedAt;
  if (isSame && old?.message === update?.message) return [];
  if (!update) return ["UpdateStatus is gone"];
  return [`UpdateStatus ${update.state}${messageWords(update)}`];
};

/** Of the message only what the state does not say already: most of all, the task that Swarm names. */
const messageWords = ({ state, message }: UpdateStatus): string => {
  const named = /termination of task (\w+)/.exec(message)?.[1];
  if (named) return `, for task ${named.slice(0, 12)}`;
  return message === "" || message === state.replaceAll("_", " ") ? "" : ` (${message})`;
};

// ── its tasks ────────────────────────────────────────────────────────────────

const DEAD = new Set(["failed", "rejected", "complete"]);

const taskMoments = (rollout: Rollout): Moment[] => {
  const dead = new Set([...rollout.deaths, ...rollout.deathsAfterRevert].map((d) => d.task.id));
  const older = new Map(rollout.olderTasks.map((t) => [t.id, t] as const));
  const last = new Map<string, Task>(older);
  return rollout.readings.flatMap((reading) =>
    reading.tasks.flatMap((task): Moment[] => {
      const was = last.get(task.id);
      last.set(task.id, task);
      if (was?.state === task.state && was.desired === task.desired) return [];
      const who = `task ${task.id.slice(0, 12)}${older.has(task.id) ? " (old)" : ""}`;
      if (was?.state === task.state)
        return [
          { at: reading.at, kind: "task state", text: `${who} ${task.state}, desired state ${task.desired}` },
        ];
      const kind = dead.has(task.id) && DEAD.has(task.state) ? "death" : "task state";
      return [
        { at: task.changedAt, kind, text: `${kind === "death" ? "✘ " : ""}${who} ${stateWords(task)}` },
      ];
    }),
  );
};

const stateWords = ({ state, error, exitCode, slot }: Task): string => {
  const where = slot === null ? "" : ` in slot ${slot}`;
  const how = error ? `: ${error}` : exitCode === null ? "" : `: exit code ${exitCode}`;
  return `${state}${where}${how}`;
};

// ── the engine's events ──────────────────────────────────────────────────────

const ALARMS = new Set(["oom", "die", "health_status: unhealthy"]);
const UNTOLD = new Set(["create", "destroy", "attach"]);

const eventMoments = (rollout: Rollout, since: readonly Observation[]): Moment[] => {
  const states = new Set(rollout.history.map((s) => s.service.update?.state));
  const told = new Set<string>();
  return since.flatMap((o): Moment[] => {
    if (o.is !== "event") return [];
    const key = JSON.stringify(o.event);
    if (told.has(key)) return [];
    told.add(key);
    return eventMoment(o.event, rollout, states);
  });
};

const eventMoment = (
  event: EngineEvent,
  rollout: Rollout,
  states: ReadonlySet<string | undefined>,
): Moment[] => {
  const { at, type, action, service, exitCode, task, updateState } = event;
  const isOurs = service === rollout.service;
  // A kill on this node explains nothing of a service that never was on it.
  if (!isOurs && rollout.whereabouts === "elsewhere") return [];
  if (type === "service") {
    if (!isOurs) return [];
    if (updateState === null) return [{ at, kind: "engine event", text: `event: service ${action}` }];
    const missed = `event: UpdateStatus ${updateState}, which was not read in time`;
    return states.has(updateState) ? [] : [{ at, kind: "status change", text: missed }];
  }
  if (UNTOLD.has(action) || (!isOurs && action !== "oom")) return [];
  const whose = task ? `container of ${task.slice(0, 12)}` : "a container";
  const of = isOurs ? whose : `${whose}, a neighbour (${service ?? "no service"})`;
  const code = exitCode === null ? "" : ` (exit code ${exitCode})`;
  return [
    { at, kind: ALARMS.has(action) ? "alarm" : "engine event", text: `event: ${of}: ${action}${code}` },
  ];
};

const deployMoments = (since: readonly Observation[]): Moment[] =>
  since.flatMap((o) => {
    if (o.is === "deployed") return [note(o.at, `${o.by} came back, exit code ${o.exitCode}`)];
    return o.is === "deadline" ? [note(o.at, `deadline, after ${o.afterMs / 1000} s`)] : [];
  });

/** The lowest point, and each rise of the kernel's own count of kills. */
const memoryMoments = ({ memory, whereabouts }: Rollout): Moment[] => {
  const [host, whose] = whereabouts === "both" ? ["this node", "this node's"] : ["the host", "host's"];
  const free = memory.map((s) => s.memory.host.availableBytes);
  const lowest = memory[free.indexOf(Math.min(...free))];
  const rises = memory.flatMap(({ at, memory: sample }, index): Moment[] => {
    const was = memory[index - 1]?.memory.host.oomKills ?? null;
    const is = sample.host.oomKills;
    if (was === null || is === null || is <= was) return [];
    return [{ at, kind: "alarm", text: `${whose} oom_kill: ${was} → ${is}` }];
  });
  return lowest && memory.length > 1
    ? [...rises, note(lowest.at, `lowest: ${bytesWords(Math.min(...free))} of memory available on ${host}`)]
    : rises;
};
