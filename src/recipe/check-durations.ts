/**
 * Variables where a duration belongs. Docker fills them in before it looks at the value; abra validates the file as it is
 * written and refuses it, so such a recipe can be deployed by nobody who uses abra.
 */
import { readSources } from "./check-sources.ts";
import type { Complaint, Sources } from "./complaint.ts";
import { keysAt, textAt } from "./yaml-source.ts";

/** Every field of a service that the schema calls a duration. */
const durations: readonly (readonly string[])[] = [
  ["stop_grace_period"],
  ...["interval", "timeout", "start_period", "start_interval"].map((key) => ["healthcheck", key]),
  ...["update_config", "rollback_config"].flatMap((policy) =>
    ["delay", "monitor"].map((key) => ["deploy", policy, key]),
  ),
  ...["delay", "window"].map((key) => ["deploy", "restart_policy", key]),
];

export const checkDurations = (sources: Sources): Complaint | null => {
  for (const source of readSources(sources))
    for (const service of keysAt(source, ["services"]))
      for (const keys of durations) {
        const path = ["services", service, ...keys];
        const written = textAt(source, path);
        if (!written?.text.includes("$")) continue;
        const reason = `${path.join(".")}: abra refuses a variable in a duration (it reads ${written.text} before anything is filled in)`;
        return { file: source.file, line: written.line, reason };
      }
  return null;
};
