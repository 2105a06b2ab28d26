/**
 * What happened, told on stderr: each kill with the phases that it hit, and the sums at the end. It also knows whether a
 * conclusion is justified: every recipe here is good, so a run ends green, or is given up when its process died twice.
 */
import type { StandIn } from "../../test/support/github/stand-in.ts";
import type { Asked, Lanes } from "./lanes.ts";
import { OWNER } from "./lanes.ts";
import { PHASES, type Phases } from "./phases.ts";
import type { Troubles } from "./trouble.ts";

const GIVEN_UP = /ended twice while it worked on this run/;

export const createStory = (names: readonly string[], phases: Phases, lanes: Lanes, troubles: Troubles) => {
  const beganAt = Date.now();
  const seconds = () => Math.round((Date.now() - beganAt) / 1_000);
  const hits = new Map<string, number>();
  const ends = new Map<string, number>();
  let kills = 0;
  const add = (tally: Map<string, number>, name: string) => tally.set(name, (tally.get(name) ?? 0) + 1);
  const say = (tally: ReadonlyMap<string, number>) =>
    [...tally].map(([name, count]) => `${name} ${count}`).join(", ") || "none";

  return {
    kills: () => kills,
    killed(aim: string): void {
      kills += 1;
      const hit = new Map<string, number>();
      for (const name of names) {
        const phase = phases.of(name);
        if (phase === null) continue;
        add(hit, phase);
        add(hits, phase);
      }
      const rounds = lanes.disturbed().filter(({ isOver }) => isOver).length;
      console.error(`${seconds()} s, ${rounds} rounds: kill ${kills} at ${aim}, which hit ${say(hit)}`);
    },
    /** Conclusions that nothing here can explain. */
    unjust(github: StandIn): string[] {
      return names.flatMap((name) =>
        github
          .checkRuns(`${OWNER}/${name}`)
          .filter(({ conclusion, output }) => {
            const isGivenUp = conclusion === "action_required" && GIVEN_UP.test(output.title ?? "");
            add(ends, isGivenUp ? "given up" : String(conclusion));
            return !(isGivenUp || conclusion === "success" || conclusion === null);
          })
          .map(({ name: check, external_id, output }) => `${check} of ${external_id}: ${output.title}`),
      );
    },
    end(last: readonly Asked[]): void {
      const deaths = new Map<string, number>();
      for (const one of lanes.asked()) if (!last.includes(one)) add(deaths, `${one.deaths}`);
      const inOrder = new Map(PHASES.map((phase) => [phase, hits.get(phase) ?? 0]));
      const rounds = lanes.disturbed().length;
      console.error(`hits by phase: ${say(inOrder)}`);
      console.error(`faults: ${say(troubles.tally())}`);
      console.error(`runs by the deaths in their time: ${say(deaths)}; ends of check runs: ${say(ends)}`);
      console.error(`${rounds} rounds in ${seconds()} s: ${((rounds * 60) / seconds()).toFixed(1)} a minute`);
    },
  };
};
