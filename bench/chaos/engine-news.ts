/** What the engine tells of the lanes' services, from `docker events`. */
import { spawn } from "node:child_process";
import { createInterface } from "node:readline";
import * as z from "zod";
import type { News } from "./news.ts";

const Event = z.object({
  Action: z.string(),
  Actor: z.object({
    Attributes: z.object({ name: z.string(), "updatestate.new": z.string().optional() }),
  }),
});
type Did = Extract<News, { is: "service" }>["did"];
const LANE_CHARACTERS = 4;

export const listenToEngine = (host: string, tell: (news: News) => void): { close: () => void } => {
  const words = ["events", "--filter", "type=service", "--format", "{{json .}}"];
  const child = spawn("docker", words, {
    env: { ...process.env, DOCKER_HOST: host },
    stdio: ["ignore", "pipe", "inherit"],
  });
  createInterface(child.stdout).on("line", (line) => {
    const { Action, Actor } = Event.parse(JSON.parse(line));
    const did = didOf(Action, Actor.Attributes["updatestate.new"]);
    if (did) tell({ is: "service", lane: Actor.Attributes.name.slice(0, LANE_CHARACTERS), did });
  });
  return { close: () => void child.kill() };
};

const didOf = (action: string, state: string | undefined): Did | null => {
  if (action === "create") return "created";
  if (action === "remove") return "removed";
  // One without a state is a mere write, which a service has right after its birth, too.
  if (action !== "update" || state === undefined) return null;
  return state === "updating" ? "updating" : "settled";
};
