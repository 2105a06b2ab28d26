/** How a secret may be written in a text: as it is, as JSON and as URLs write it, line by line, and in base64. */

/** Shorter lines and values stand in any text by chance, once they are encoded or cut. */
const LINE_LENGTH = 12;
const ENCODED_LENGTH = 8;

/** Without what surrounds it: a value of a file usually ends in a line end of its own. */
export const formsOf = (secret: string): readonly string[] => {
  const whole = secret.trim();
  const lines = whole.split("\n").map((line) => line.trim());
  const escaped = JSON.stringify(whole).slice(1, -1);
  return [
    ...new Set([
      whole,
      escaped,
      // A line of JSON that is a value of JSON itself.
      JSON.stringify(escaped).slice(1, -1),
      ...inUrls(whole.toWellFormed()),
      // The first and last lines of a key are in every key.
      ...(lines.length > 1
        ? lines.filter((line) => line.length >= LINE_LENGTH && !line.startsWith("-----"))
        : []),
      ...(whole.length >= ENCODED_LENGTH ? [whole, secret].flatMap(inBase64) : []),
    ]),
  ];
};

/** In a path or a query, and in a form; both with digits of either case. */
const inUrls = (text: string): string[] => {
  const both = [encodeURIComponent(text), new URLSearchParams({ "": text }).toString().slice(1)];
  return both.flatMap((url) => [url, url.replaceAll(/%[0-9A-F]{2}/g, (byte) => byte.toLowerCase())]);
};

/** Behind however many other bytes; in the alphabet of URLs too. */
const inBase64 = (secret: string): string[] => {
  const plain = [0, 1, 2].map((before) => base64After(before, secret));
  return plain.flatMap((digits) => [digits, digits.replaceAll("+", "-").replaceAll("/", "_")]);
};

/** The digits that such a value has behind so many other bytes, whatever they are and whatever follows. */
const base64After = (before: number, secret: string): string => {
  const bytes = new TextEncoder().encode(secret);
  const padded = String.fromCharCode(...new Uint8Array(before), ...bytes);
  const bits = 8 * (before + bytes.length);
  return btoa(padded).slice(Math.ceil((8 * before) / 6), Math.floor(bits / 6));
};
