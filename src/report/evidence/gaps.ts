/** What the record lacks: the reason beside the very fact that is missing, and the list of all that was missed. */
import type { Rollout } from "../../verdict/rollout.ts";
import type { Block } from "../budget.ts";
import { clock, code, count, details } from "../markdown.ts";

/** `not captured`, with the reason of the recorder's last note of that very thing. */
export const missing = ({ notCaptured }: Rollout, what: string): string => {
  const note = notCaptured.findLast((n) => n.what === what);
  return note ? `not captured: ${code(note.reason)}` : "not captured";
};

export const gapsBlock = ({ notCaptured }: Rollout): Block[] => {
  if (notCaptured.length === 0) return [];
  const lines = notCaptured.map(
    ({ at, what, reason }) => `- ${clock(at)} ${code(what, 200)}: ${code(reason, 300)}`,
  );
  const told = (shown: readonly string[]) => {
    const rest = lines.length - shown.length;
    const more = rest > 0 ? [`- … and ${count(rest, "more note")}`] : [];
    return details(`Not captured: ${count(lines.length, "note")}`, [...shown, ...more].join("\n"));
  };
  return [
    { name: "what was not captured", worth: 3, texts: [told(lines.slice(0, 50)), told(lines.slice(0, 5))] },
  ];
};
