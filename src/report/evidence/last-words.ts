/** What a task that died left behind: its healthchecks and the last lines of its log. If they are cut, the newest stay. */
import type { Death } from "../../verdict/death.ts";
import type { Block } from "../budget.ts";
import { block, clock, code, count, cut, details, table } from "../markdown.ts";

const LINES = [100, 30, 8] as const;
const LINE_LIMIT = 600;

/** Empty where there is no line to show; the task's table then says why. */
export const logBlock = ({ log }: Death): Block[] => {
  if (log === null || log.length === 0) return [];
  const [full = "", ...shorter] = LINES.map((limit) => logText(log, limit));
  return [{ name: "the task's log", worth: 4, texts: [full, ...shorter.filter((text) => text !== full)] }];
};

const logText = (log: readonly string[], limit: number): string => {
  const shown = log.slice(-limit).map((line) => cut(line.replaceAll(/\r?\n/g, " "), LINE_LIMIT));
  const older = log.length - shown.length;
  const said = older > 0 ? `, without the ${count(older, "line")} before them` : "";
  return details(
    `Log of the task that died: the last ${count(shown.length, "line")}${said}`,
    block(shown.join("\n")),
  );
};

export const healthBlock = ({ container }: Death): Block[] => {
  const health = container?.health;
  if (!health || health.checks.length === 0) return [];
  const told = (limit: number) =>
    details(
      `Healthchecks of the task that died: the last ${health.checks.length}`,
      table(
        ["ended (engine's clock)", "exit code", "output"],
        health.checks.map(({ at, exitCode, output }) => [
          clock(at),
          String(exitCode),
          output.trim() === "" ? "nothing" : code(output, limit),
        ]),
      ),
    );
  return [{ name: "the healthchecks", worth: 5, texts: [told(4_000), told(200)] }];
};
