/**
 * Images that are not the same tomorrow. Judged as docker fills them in, so that a tag with a default counts by its
 * default.
 */
import { partsOfService, remarkOn } from "../reading.ts";
import { shown } from "../remark.ts";
import type { Rule } from "../rule.ts";

export const imageTagged: Rule = {
  name: "image-tagged",
  severity: "error",
  asks: "Each image names the version that it is",
  why: "Without a tag, or with one that moves (`latest`, `main`, `alpine`), the same commit deploys something else every week, no upgrade is ever tested, and nobody can go back.",
  instead: "Write a tag that holds a version: `postgres:16.4-alpine`. A digest (`@sha256:…`) is as good.",
  check: (reading) =>
    reading.config.services.flatMap(({ name, image }) => {
      const wrong = whatIsWrong(image);
      return wrong === null ? [] : [remarkOn(partsOfService(reading, name), ["image"], wrong)];
    }),
};

const whatIsWrong = (image: string): string | null => {
  if (image === "" || /@\w+:[0-9a-f]+$/.test(image)) return null;
  const last = image.slice(image.lastIndexOf("/") + 1);
  const colon = last.indexOf(":");
  if (colon < 0)
    return `the image ${shown(image)} has no tag, which means \`latest\`: write the version behind it, as in ${shown(`${image}:1.2.3`)}`;
  const tag = last.slice(colon + 1);
  return moves(tag)
    ? `the tag ${shown(tag)} of ${shown(image)} moves from version to version: write the version itself`
    : null;
};

/** A tag without a digit names no version, unless it is a commit; and `latest-alpine3.20` only seems to. */
const moves = (tag: string): boolean =>
  (!/\d/.test(tag) && !/^[0-9a-f]{7,40}$/.test(tag)) || /^latest\b/.test(tag);
