/** Whether a secret of the run's own stands in what is told of it, in whatever form. Shorter ones are left out: they stand in any text by chance. */
import { formsOf } from "./secret-forms.ts";

const SHORTEST = 8;

/** The names of the texts in which one of them stands. */
export const leaksIn = (
  texts: Readonly<Record<string, string>>,
  secrets: readonly string[],
): readonly string[] => {
  const forms = [...new Set(secrets.filter(({ length }) => length >= SHORTEST).flatMap(formsOf))];
  return Object.keys(texts).filter((name) =>
    forms.some((form) => form.length >= SHORTEST && texts[name]?.includes(form)),
  );
};
