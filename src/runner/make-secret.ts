/**
 * The value of a secret that a recipe wants: the one that it was given, or one chosen at random, each character as likely as
 * any other of its alphabet.
 */
import { randomInt } from "node:crypto";
import type { WantedSecret } from "../recipe/secrets.ts";

export const makeSecret = (wanted: WantedSecret): string => {
  if (wanted.is === "given") return wanted.value;
  const character = () => wanted.alphabet.charAt(randomInt(wanted.alphabet.length));
  return Array.from({ length: wanted.length }, character).join("");
};
