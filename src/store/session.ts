/** A bot among those that share a store, from its opening to its death, whatever it dies of. */
export type Session = {
  /** Its name; no other bot, and no later process of the same bot, has it. */
  readonly bot: string;
  isAlive(bot: string): Promise<boolean>;
  leads(): boolean;
  /** Another bot has changed something, has come or is no more, or this one has begun to lead. */
  onChange(listener: () => void): void;
  /** Lets the other bots know that something has changed. */
  notify(): void;
  close(): Promise<void>;
};

/** A bot that has its store for itself. */
export const aloneAs = (bot: string): Session => ({
  bot,
  isAlive: async (other) => other === bot,
  leads: () => true,
  onChange: () => undefined,
  notify: () => undefined,
  close: async () => undefined,
});
