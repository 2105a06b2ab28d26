/** Looks whether what was marked is there, and notes what was read. */
import type { Lease } from "../../run/lease.ts";
import { type Redact, redactor } from "../../swarm/redaction.ts";
import type { DataObservation } from "../../verdict/data.ts";
import { recipeOf, type Work } from "../work.ts";
import { contentOf } from "./archive.ts";
import { type Mark, whatOf } from "./data.ts";
import { placeOf, runIn, type Tools } from "./inside.ts";

type Moment = Extract<DataObservation, { is: "mark-read" }>["after"];

const SAID_LENGTH = 300;

export const readBack = async (tools: Tools, work: Work, lease: Lease, after: Moment): Promise<void> => {
  const redact = redactor(recipeOf(work).app.values, work.standing.secrets);
  for (const mark of work.standing.data.marks) {
    work.doing(`looking for ${mark.mark}`);
    const read = mark.read === null ? await readFile(tools, work, mark) : await ask(tools, work, lease, mark);
    const said = short(redact, read.said);
    work.note({
      is: "mark-read",
      at: tools.now().toISOString(),
      after,
      isThere: read.isThere,
      said,
      ...whatOf(mark),
    });
  }
};

type Read = { isThere: boolean; said: string };

const readFile = async (tools: Tools, work: Work, mark: Mark): Promise<Read> => {
  const inside = await placeOf(tools, work, mark.service);
  if (inside === null) return { isThere: false, said: `no task of ${mark.service} runs` };
  const path = mark.place.is === "file" ? mark.place.path : "";
  const packed = await tools.swarm.takeOut(inside, path);
  if (packed === null) return { isThere: false, said: "nothing is there" };
  const said = await contentOf(packed);
  return { isThere: said === mark.expect, said };
};

const ask = async (
  tools: Tools,
  work: Work,
  lease: Lease,
  { service, read, expect }: Mark,
): Promise<Read> => {
  const { end, stdout, lines } = await runIn(tools, work, lease, { service, command: read ?? "" });
  const said = stdout.join("\n").trim();
  const isGood = end.is === "exited" && end.code === 0;
  return {
    isThere: isGood && said === expect.trim(),
    said: said === "" && !isGood ? lines.join("\n") : said,
  };
};

const short = (redact: Redact, said: string): string => redact(said).slice(0, SAID_LENGTH);
