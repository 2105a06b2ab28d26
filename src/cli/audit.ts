/**
 * `testme audit`: who was let or refused what, by the bot that runs here. The bot alone has its store open, so it is asked, on its own
 * port, with a token that whoever has its settings can make.
 * Exit codes: 0 told, 2 the bot could not tell, 3 wrong usage or settings.
 */
import { readBotConfig } from "../config.ts";
import { auditLine } from "../report/audit.ts";
import { DecisionSchema } from "../store/row-schema.ts";
import { Fault } from "../verdict/fault.ts";
import { type Command, EXIT, readArgs, Usage } from "./command.ts";

const USAGE = `testme audit [--last <number>] [--json]

Shows who asked the bot for what, of which commit, and what allowed it or not, oldest first. It asks the bot that runs on this machine
with these settings: in a container, \`docker exec <bot> node src/cli.ts audit\`.

  --last <number>  how many decisions (default: 100)
  --json           one JSON object a line

Exit codes: 0 told, 2 the bot could not tell, 3 wrong usage or settings.`;

type Asked = { last: number; isJson: boolean };

const parse = (args: readonly string[]): Asked => {
  const { values, positionals } = readArgs(args, { last: { type: "string" }, json: { type: "boolean" } });
  if (positionals.length > 0) throw new Usage("`testme audit` takes no arguments.");
  const { last = "100", json = false } = values;
  if (!/^[1-9]\d{0,5}$/.test(last)) throw new Usage("`--last` takes a number.");
  return { last: Number(last), isJson: json };
};

const show = async ({ last, isJson }: Asked): Promise<number> => {
  const { host, port, auditToken } = readBotConfig();
  const decisions = DecisionSchema.array().parse(
    await ask(`${at(host, port)}/audit?last=${last}`, auditToken),
  );
  for (const decision of decisions.toReversed())
    process.stdout.write(`${isJson ? JSON.stringify(decision) : auditLine(decision)}\n`);
  return EXIT.ok;
};

const at = (host: string, port: number) => `http://${host.includes(":") ? `[${host}]` : host}:${port}`;

const ask = async (url: string, token: string): Promise<unknown> => {
  const mend = "Run it where the bot runs, with the bot's own settings (HOST, PORT, WEBHOOK_SECRET).";
  const response = await fetch(url, { headers: { authorization: `Bearer ${token}` } }).catch(
    (error: unknown) => {
      throw new Fault("bot", `There is no bot at ${new URL(url).origin}`, mend, error);
    },
  );
  if (!response.ok) throw new Fault("bot", `The bot answered ${response.status} and no audit log`, mend);
  return response.json();
};

export const audit: Command = { usage: USAGE, start: async (args) => show(parse(args)) };
