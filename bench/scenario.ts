/** A way in which a rollout can end, as data: what is deployed, who else writes, and the one name that is right for it. */
import type { Shape, Stack } from "./compose.ts";

export type Scenario = {
  name: string;
  /** Deployed one after the other before the rollout under test; each is left alone once it is where `until` says. */
  before: readonly { stack: Stack; until: "running" | "rolled-back" }[];
  head: Stack;
  /** A second writer, this long after the engine took the head. */
  act: SecondWriter | null;
  /** As naming.ts puts it. */
  expect: string;
  /** The way to die whose PreviousSpec is watched for. */
  way: string | null;
  /** The kernel kills something for want of memory: such trials keep away from those that have to rule that out. */
  isHungry: boolean;
  /** Busy loops run beside it. */
  isUnderLoad: boolean;
  /** What the recipe says the image is, where that is not what is deployed. */
  wantedImage: string | null;
};
type SecondWriter = { afterMs: readonly [number, number] } & (
  | { is: "redeploy"; stack: Stack }
  | { is: "rollback" }
);

export const HEAD = "8c1d5e02";
export const OTHER = "0badf00d";
const BASE = "11aa22bb";

const old: Shape = { stamp: BASE };
/** The head of most scenarios: another environment, so that its task is a new one. */
export const head = (shape: Shape = {}): Shape => ({ version: "2", stamp: HEAD, ...shape });
/** An update from a plain base to this head. */
export const update = (
  name: string,
  expect: string,
  app: Shape,
  more: Partial<Scenario> & { base?: Shape } = {},
): Scenario => {
  const { base, ...rest } = more;
  return {
    name,
    before: [{ stack: { app: { ...old, ...base } }, until: "running" }],
    head: { app },
    act: null,
    expect,
    way: null,
    isHungry: false,
    isUnderLoad: false,
    wantedImage: null,
    ...rest,
  };
};
