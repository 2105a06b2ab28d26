/** The task at fault: who it was, each state it went through, and how it ended, in the engine's own words and in full. */
import type { Death } from "../../verdict/death.ts";
import type { EngineEvent } from "../../verdict/observation.ts";
import type { Rollout } from "../../verdict/rollout.ts";
import { bytesWords } from "../amounts.ts";
import type { Block } from "../budget.ts";
import { clock, code, seconds, table } from "../markdown.ts";
import { exitWords } from "../words.ts";
import { missing } from "./gaps.ts";

const ERROR_LIMIT = 8_000;

export const deathBlock = (title: string, worth: number, death: Death, rollout: Rollout): Block => ({
  name: title.toLowerCase(),
  worth,
  texts: [`**${title}**\n\n${deathTable(death, rollout)}`],
});

/** Where the finding is about a death and none was seen. */
export const lostDeathBlock = (rollout: Rollout): Block => ({
  name: "the task that died",
  worth: 8,
  texts: [`**The task that died**: ${missing(rollout, "the stack's state")}.`],
});

const deathTable = (death: Death, rollout: Rollout): string => {
  const { task, container, isNamedBySwarm } = death;
  const whose = isNamedBySwarm ? "named by Swarm's own message" : "created by this deploy";
  return table(
    ["task", `${code(task.id, 100)}, ${whose}`],
    [
      ["slot · node", `${task.slot ?? "none (global)"} · ${nodeWords(death)}`],
      ["image", code(task.image, 300)],
      ["states (engine's clock)", statesCell(death)],
      ["error, in full", task.error ? code(task.error, ERROR_LIMIT) : "none"],
      ["exit code", exitWords(death)],
      ["`OOMKilled`", container ? code(String(container.isOomKilled)) : ofContainer(death, rollout)],
      ["memory limit", limitCell(death, rollout)],
      ["lived (engine's clock)", livedCell(death)],
      ...(container?.error ? [["container's error", code(container.error, ERROR_LIMIT)]] : []),
      ...eventRows(death.events),
      ...missingRows(death, rollout),
    ],
  );
};

const nodeWords = ({ task, elsewhere }: Death): string => {
  if (task.node === null) return "none yet";
  return `${code(task.node, 100)}${elsewhere === null ? "" : ", not this node"}`;
};

const ofContainer = ({ task }: Death, rollout: Rollout): string =>
  task.container === null ? "— (it never had a container)" : missing(rollout, `container ${task.container}`);

const statesCell = ({ states, task }: Death): string => {
  const seen =
    states.length > 0 ? states : [{ state: task.state, desired: task.desired, at: task.changedAt }];
  const told = seen.map(({ state, at }, i) =>
    seen[i - 1]?.state === state ? [] : [`${code(state, 40)} ${clock(at)}`],
  );
  return told.flat().slice(-12).join("<br>");
};

const limitCell = ({ container }: Death, rollout: Rollout): string => {
  const spec = (rollout.applied ?? rollout.now)?.service.spec;
  const limit = container ? container.memoryLimitBytes : (spec?.memoryLimitBytes ?? null);
  const isLent = limit !== null && rollout.expectation.lent?.[rollout.service]?.memoryBytes === limit;
  return limit === null ? "none" : `${bytesWords(limit)}${isLent ? ", lent by the bot" : ""}`;
};

const livedCell = ({ task, container }: Death): string => {
  const ran = container?.startedAt ? `; its process started at ${clock(container.startedAt)}` : "";
  return `${clock(task.createdAt)} to ${clock(task.changedAt)} (${seconds(task.createdAt, task.changedAt)})${ran}`;
};

const UNTOLD = new Set(["create", "destroy", "attach"]);

const eventRows = (events: readonly EngineEvent[]): string[][] =>
  events
    .filter(({ action }) => !UNTOLD.has(action))
    .slice(-12)
    .map(({ action, at, exitCode }) => [
      `event ${code(action, 100)}`,
      `${clock(at)}${exitCode === null ? "" : `, exit code ${exitCode}`}`,
    ]);

/** Of a task that had a container: what ought to stand under this table and does not. */
const missingRows = (death: Death, rollout: Rollout): string[][] => {
  const { task, elsewhere, log, memory } = death;
  if (task.container === null) return [];
  const spec = (rollout.applied ?? rollout.now)?.service.spec;
  const hasUnseenChecks = elsewhere !== null && spec?.hasHealthcheck;
  return [
    ...(hasUnseenChecks ? [["its healthchecks", ofContainer(death, rollout)]] : []),
    ...(memory === null ? [["memory around its death", noSampleWords(death, rollout)]] : []),
    ...(log === null ? [["its log", missing(rollout, `log of container ${task.container}`)]] : []),
    ...(log?.length === 0 ? [["its log", elsewhere === null ? WROTE_NOTHING : NO_LINES_THERE]] : []),
  ];
};

const noSampleWords = (death: Death, rollout: Rollout): string => {
  if (death.elsewhere !== null) return ofContainer(death, rollout);
  return rollout.memory.length > 0
    ? "not captured: no sample is close enough to it"
    : missing(rollout, "the host's memory");
};

const WROTE_NOTHING = "it wrote nothing";
const NO_LINES_THERE = "none through the manager: it wrote nothing, or its node has its log no longer";
