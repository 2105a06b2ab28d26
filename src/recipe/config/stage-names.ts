/** The stages that testme.yml may name. They are those of the stages room, which this earlier one may not ask; a test holds both equal. */
export const STAGE_NAMES = ["install", "upgrade", "backup", "restore", "custom", "lint"] as const;
export type StageName = (typeof STAGE_NAMES)[number];
