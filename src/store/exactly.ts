/** What the schemas of the evidence file have in common: the hold that the compiler has on them, and words for plain facts. */
import * as z from "zod";

/** A schema of T and of nothing wider or narrower: one that has drifted from its type does not compile. */
export const exactly =
  <T>() =>
  <S extends z.ZodType<T>>(schema: [T] extends [z.output<S>] ? S : never): S =>
    schema;

export const list = <S extends z.ZodType>(schema: S) => z.array(schema).readonly();

/** The clock's text as it stood, byte for byte; only what no clock writes is refused. */
export const time = z.string().refine((text) => !Number.isNaN(Date.parse(text)), "this is no time");
