/** What one stage has seen of the data and the next one builds on, so that the record of each proves what it claims. */
import type { Observation } from "../../verdict/observation.ts";
import type { Work } from "../work.ts";
import type { Data } from "./data.ts";

type Noted = Data["noted"][number];

/** The same work, whose data keeps what is noted of it. */
export const handingOn = (work: Work): Work => ({
  ...work,
  note(observation) {
    work.note(observation);
    if (isOfData(observation)) work.standing.data.noted.push(observation);
  },
});

export const takeUp = ({ standing, observations, note }: Work): void => {
  for (const one of standing.data.noted) if (!observations.includes(one)) note(one);
};

const OF_DATA = ["backup-plan", "marked", "mark-read", "hook", "archived"] as const;
const isOfData = (
  observation: Observation,
): observation is Extract<Noted, { is: (typeof OF_DATA)[number] }> =>
  OF_DATA.some((is) => is === observation.is);
