/**
 * Whether a secret of the run's own stands in what is told of it. It is looked for as it is, as JSON writes it, and in base64,
 * wherever in a longer text it may have been when it was encoded. Shorter values are left out: they stand in any text by chance.
 */
const SHORTEST = 8;

/** The names of the texts in which one of them stands. */
export const leaksIn = (
  texts: Readonly<Record<string, string>>,
  secrets: readonly string[],
): readonly string[] => {
  const forms = [...new Set(secrets.filter(({ length }) => length >= SHORTEST).flatMap(formsOf))];
  return Object.keys(texts).filter((name) => forms.some((form) => texts[name]?.includes(form)));
};

const formsOf = (secret: string): string[] => [
  secret,
  JSON.stringify(secret).slice(1, -1),
  ...[0, 1, 2].map((before) => base64After(before, secret)),
];

/** The digits that such a value has behind so many other bytes, whatever they are and whatever follows. */
const base64After = (before: number, secret: string): string => {
  const bytes = new TextEncoder().encode(secret);
  const padded = String.fromCharCode(...new Uint8Array(before), ...bytes);
  const bits = 8 * (before + bytes.length);
  return btoa(padded).slice(Math.ceil((8 * before) / 6), Math.floor(bits / 6));
};
