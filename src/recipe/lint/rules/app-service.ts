/**
 * The service that everything else hangs on. Before a deploy the same is a hard refusal; here it is the first thing that a
 * reader of conventions looks for.
 */
import { remarkBeside } from "../reading.ts";
import { listed } from "../remark.ts";
import type { Rule } from "../rule.ts";

export const appService: Rule = {
  name: "app-service",
  severity: "error",
  asks: "One service is called `app`",
  why: "abra reads the version and the timeout on it, writes its own labels to it, and runs commands in it where no other service is named.",
  instead: "Call the service that is the app itself `app`.",
  check: ({ config, compose }) => {
    const names = config.services.map(({ name }) => name);
    if (names.includes("app")) return [];
    const message = `no service is called \`app\` (there is: ${listed(names)}): call the one that is the app itself so`;
    return [remarkBeside(compose, ["services"], message)];
  },
};
