/**
 * Follows a rollout until the verdict's rules call it settled: asks them after every new observation, and at the moment
 * they ask to be asked again. The deadline is one more observation, so the rules have the last word on that too. It is the
 * recipe's word on how long coming up may take: what is up by then is still watched to the end, but only once. Where time alone
 * has settled it well, the engine is looked at once more: what ended it may be on its way, and a busy engine is slow to tell.
 */
import type { RolloutRecorder } from "../swarm/recorder/rollout-recorder.ts";
import { Fault } from "../verdict/fault.ts";
import type { Observation } from "../verdict/observation.ts";
import { judge } from "../verdict/verdict.ts";

export const followRollout = async (rollout: {
  recorder: RolloutRecorder;
  observations: readonly Observation[];
  note: (observation: Observation) => void;
  doing: (what: string) => void;
  deadlineMs: number;
  now: () => Date;
  signal: AbortSignal;
}): Promise<void> => {
  const { recorder, observations, note, doing, deadlineMs, now, signal } = rollout;
  let endMs = now().getTime() + deadlineMs;
  let isUpInTime = false;
  let isFresh = true;
  for (;;) {
    signal.throwIfAborted();
    const nowMs = now().getTime();
    const judgement = judge(observations, nowMs);
    if (judgement.is === "settled" && (isFresh || judgement.findings.length > 0))
      return note({ is: "settled", at: new Date(nowMs).toISOString() });
    if (judgement.is === "settled") {
      await recorder.look();
      isFresh = true;
      continue;
    }
    if (judgement.is === "unknown")
      throw new Fault(
        "engine",
        `The engine said something that no rule knows: ${judgement.said}`,
        "Report it with the run's evidence; nothing was judged.",
      );
    if (nowMs >= endMs && judgement.holdsUntil !== null && !isUpInTime) {
      isUpInTime = true;
      endMs = judgement.holdsUntil;
    }
    if (nowMs >= endMs) {
      await recorder.look();
      note({ is: "deadline", at: now().toISOString(), afterMs: deadlineMs });
      continue;
    }
    doing(`waiting for ${judgement.waitingFor.join("; ")}`);
    await recorder.changed(Math.min(judgement.lookAgainAt ?? endMs, endMs));
    isFresh = false;
  }
};
