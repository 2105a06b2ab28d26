/**
 * Asks GitHub what the settings want to know of a person, until one clause is met. Passing trouble is waited out for a while, and as
 * long as GitHub names a time to come back; what it does not say even so is "unknown", which starts nothing and is no "no".
 */
import {
  type Clause,
  isBotName,
  isPermitted,
  type May,
  mayOf,
  type Permit,
  type Said,
  type WhoMay,
} from "../command/who-may.ts";
import type { GitHub, Repository } from "../github/github.ts";
import { persist } from "./persist.ts";

export type AskPorts = {
  github: Pick<GitHub, "permission" | "isMember" | "isPassing" | "retryAfterMs">;
  may: WhoMay;
  gitHubWaitMs: number;
  now: () => Date;
  /** What kept GitHub from saying it: whoever runs the bot may have to grant it something. */
  onUnsaid: (error: unknown) => void;
};

export const askWhoMay = async (
  ports: AskPorts,
  permit: Permit,
  repository: Repository,
  login: string,
): Promise<May> => {
  if (isBotName(login)) return { is: "refused", because: "bots never may" };
  const said: Said[] = [];
  for (const clause of ports.may[permit]) {
    const is = await say(ports, clause, repository, login);
    said.push({ clause, is });
    if (is === "yes") break;
  }
  return mayOf(said);
};

const say = async (
  ports: AskPorts,
  clause: Clause,
  repository: Repository,
  login: string,
): Promise<Said["is"]> => {
  const { github } = ports;
  const ask = async () =>
    clause.is === "team"
      ? github.isMember(repository, clause, login)
      : isPermitted(await github.permission(repository, login), clause.least);
  try {
    return (await persist(forAWhile(ports), ask)) ? "yes" : "no";
  } catch (error) {
    ports.onUnsaid(error);
    return "unknown";
  }
};

const forAWhile = ({ github, gitHubWaitMs, now }: AskPorts): Pick<GitHub, "isPassing" | "retryAfterMs"> => {
  const untilMs = now().getTime() + gitHubWaitMs;
  return {
    isPassing: (error) =>
      github.isPassing(error) && (github.retryAfterMs(error) !== null || now().getTime() < untilMs),
    retryAfterMs: github.retryAfterMs,
  };
};
