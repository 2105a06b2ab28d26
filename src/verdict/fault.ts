/**
 * Our own failure or the host's: a socket, the disk, git, GitHub; or that of what the recipe needs beside it. Thrown where it happens, caught once in the worker,
 * shown as `action_required`; it never turns a check red and never passes for green.
 */
export type Party = "engine" | "git" | "github" | "dependency" | "bot";

export class Fault extends Error {
  readonly party: Party;
  /** What a person can do about it, as one sentence. */
  readonly mend: string;

  constructor(party: Party, message: string, mend: string, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause });
    this.name = "Fault";
    this.party = party;
    this.mend = mend;
  }
}

/** Any thrown thing as a fault; what is not one yet is a defect of the bot itself. */
export const asFault = (thrown: unknown): Fault => {
  if (thrown instanceof Fault) return thrown;
  const message = thrown instanceof Error ? thrown.message : String(thrown);
  return new Fault("bot", message, "If it comes back, report it with the run's id.", thrown);
};
