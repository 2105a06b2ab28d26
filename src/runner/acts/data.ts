/** Backs the app's data up, loses it, and brings it back. No plan asks for these acts yet (`UNBUILT` in conduct-run.ts). */
import type { Executor } from "./executor.ts";

const unasked = () => Promise.reject(new Error("no plan asks for backups yet"));

export const mark: Executor<"mark"> = unasked;
export const backUp: Executor<"back-up"> = unasked;
export const wipe: Executor<"wipe"> = unasked;
export const restore: Executor<"restore"> = unasked;
export const readMarks: Executor<"read-marks"> = unasked;
