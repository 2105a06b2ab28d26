/** One kind of observation as it stands in an evidence file. */
import * as z from "zod";
import type { Observation } from "../verdict/observation.ts";
import { time } from "./exactly.ts";

export const seen = <const K extends Observation["is"], F extends z.ZodRawShape>(is: K, facts: F) =>
  z.strictObject({ is: z.literal(is), at: time, ...facts });
