/**
 * Converged is not serving: what an app has to answer to count as up. Where the recipe does not say which codes those are, a login
 * page (401, 403) is an app at work; 404 is not, since a proxy's fallback says just that. A page that is known as a proxy's own is
 * nobody's answer, unless the recipe names that very error as right: then it knows better.
 */
import type { Finding } from "./finding.ts";
import type { Observation, ProbeAnswer, ProbeWish } from "./observation.ts";

export const isServing = (wants: ProbeWish, answer: ProbeAnswer): boolean => {
  if (wants.is === "tcp") return answer.is === "tcp" && answer.answers >= wants.stable;
  if (answer.is !== "http") return false;
  const { status, fallback } = answer;
  if (wants.codes !== null) return wants.codes.includes(status) && (fallback === null || status >= 400);
  return fallback === null && ((status >= 200 && status < 400) || status === 401 || status === 403);
};

type Probe = Extract<Observation, { is: "probe" }>;

/** The last answer to each question. */
export const lastAnswers = (observations: readonly Observation[]): readonly Probe[] => {
  const last = new Map<string, Probe>();
  for (const o of observations) if (o.is === "probe") last.set(questionOf(o), o);
  return [...last.values()];
};

export const servingFindings = (observations: readonly Observation[]): readonly Finding[] =>
  lastAnswers(observations).flatMap(({ service, port, wants, answer }): Finding[] =>
    isServing(wants, answer) ? [] : [{ is: "not-serving", service, port, wants, answer }],
  );

const questionOf = ({ service, port, wants }: Probe): string =>
  [service, port, wants.is, wants.is === "http" ? wants.path : ""].join(" ");
