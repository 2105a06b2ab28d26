/**
 * The labels by which a stack says whose it is: which testme made it, for which run, and which app domain locks it. Only a
 * stack that says so itself is ever taken for ours.
 */
export type Marks = { owner: string; run: string; appDomain: string };

export const OWNER_LABEL = "testme.owner";
const RUN_LABEL = "testme.run";
const DOMAIN_LABEL = "testme.app-domain";

export const marksAsLabels = ({ owner, run, appDomain }: Marks): Record<string, string> => ({
  [OWNER_LABEL]: owner,
  [RUN_LABEL]: run,
  [DOMAIN_LABEL]: appDomain,
});

/** Null where one of them is missing. */
export const marksIn = (labels: Readonly<Record<string, string>>): Marks | null => {
  const { [OWNER_LABEL]: owner, [RUN_LABEL]: run, [DOMAIN_LABEL]: appDomain } = labels;
  return owner && run && appDomain ? { owner, run, appDomain } : null;
};
