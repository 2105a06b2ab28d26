/** The bot's log: one line of JSON each, which names its run by itself and holds no secret that the bot knows. */
import { type DestinationStream, type Level, type Logger, pino } from "pino";
import type { Mask } from "../report/mask.ts";
import { whatAbout } from "./run-context.ts";

/** `hide`: sees each line as it would be written, so errors, their stacks and their causes too. */
export const botLog = (level: Level, hide: Mask, to: DestinationStream = pino.destination(1)): Logger =>
  pino({ name: "testme", level, mixin: whatAbout, hooks: { streamWrite: hide } }, to);
