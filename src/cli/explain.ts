/**
 * `testme explain`: the verdict and the words of an evidence file, recomputed from what was seen, by the same rules as the run's
 * own. It needs the file and nothing else: no engine, no network, no clock, no settings.
 * Exit codes: 0 the same words, 1 other words, 3 wrong usage or a file that cannot be used.
 */
import type { StageEvidence } from "../report/evidence.ts";
import { type Retold, retell, retoldJson } from "../report/retell.ts";
import type { Run } from "../run/run.ts";
import { STAGES } from "../stages/stage.ts";
import { readEvidence, UnusableEvidence } from "../store/read-evidence.ts";
import { type Command, EXIT, readArgs, Unusable, Usage } from "./command.ts";

const USAGE = `testme explain <evidence.json> [--stage <stage>] [--json]

Judges a run again from its evidence file and tells it in the words of its check runs. It needs no engine and no network.

  --stage <stage>  only this stage, of: ${STAGES.join(", ")} (default: all that the file has)
  --json           stdout is one JSON object

Exit codes: 0 the file says the same, 1 it says something else, 3 wrong usage or a file that cannot be used.`;

type Asked = { file: string; stage: string | null; isJson: boolean };

const parse = (args: readonly string[]): Asked => {
  const { values, positionals } = readArgs(args, { stage: { type: "string" }, json: { type: "boolean" } });
  const [file, ...more] = positionals;
  if (file === undefined || more.length > 0) throw new Usage("`testme explain` takes one evidence file.");
  const { stage = null, json = false } = values;
  if (stage !== null && !STAGES.some((name) => name === stage))
    throw new Usage(`There is no stage ${JSON.stringify(stage)}; there are ${STAGES.join(", ")}.`);
  return { file, stage, isJson: json };
};

const explainOnce = async ({ file, stage, isJson }: Asked): Promise<number> => {
  const { run, stages } = await readEvidence(file).catch((error: unknown) => {
    throw error instanceof UnusableEvidence ? new Unusable(error.message) : error;
  });
  const asked = stages.filter((one) => stage === null || one.stage === stage);
  if (asked.length === 0)
    throw new Unusable(
      `${file} has no stage ${stage}: its run took ${stages.map((one) => one.stage).join(", ") || "none"}`,
    );
  const retold = asked.map((told) => retellIn(file, run, told, stages));
  const pages = retold.map(({ evidence: { told } }) => `${told.title}\n\n${told.summary}\n`);
  process.stdout.write(isJson ? `${JSON.stringify(retoldJson(run, retold))}\n` : pages.join("\n"));
  for (const one of retold) for (const line of warningOf(one)) process.stderr.write(`${line}\n`);
  return retold.some((one) => one.difference) ? EXIT.finding : EXIT.ok;
};

const retellIn = (file: string, run: Run, told: StageEvidence, all: readonly StageEvidence[]): Retold => {
  try {
    return retell(run, told, all);
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new Unusable(
      `${file} cannot be judged: the ${told.stage} stage: ${why}\nTake the file as testme wrote it, from the run's folder.`,
    );
  }
};

const warningOf = ({ evidence: { stage }, difference }: Retold): string[] =>
  difference === null
    ? []
    : [
        `${stage}: not as it was told. The file was edited, or the rules or words have changed since. First at the ${difference.line}:`,
        `- ${difference.told}`,
        `+ ${difference.retold}`,
      ];

export const explain: Command = { usage: USAGE, start: (args) => explainOnce(parse(args)) };
