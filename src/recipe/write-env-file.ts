/**
 * An app's variables as an environment file that says the same to whoever reads it: env-file.ts, and abra, which knows the same
 * three ways to write a value. Nothing in it refers to anything, so what is read back is what was given, to the letter.
 */

export const envFileOf = (values: ReadonlyMap<string, string>): string =>
  [...values].map(([name, value]) => `${name}=${written(value)}\n`).join("");

/** Bare where nothing in it could mean something; in single quotes, where only they end it; else escaped. */
const written = (value: string): string => {
  if (/^[\w./:@%+,-]*$/.test(value)) return value;
  // Some readers take `\'` for a quote that does not end the value.
  if (!/['\n\r]|\\$/.test(value)) return `'${value}'`;
  const escaped = value.replaceAll(/["\\$]/g, String.raw`\$&`).replaceAll("\n", String.raw`\n`);
  return `"${escaped.replaceAll("\r", String.raw`\r`)}"`;
};
