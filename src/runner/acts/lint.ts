/** Holds the recipe's files against the conventions. */
import { filesToLint, lint as holdAgainst } from "../../recipe/lint/lint.ts";
import { recipeOf, type StepTools, type Work } from "../work.ts";
import type { Executor } from "./executor.ts";

export const lint =
  ({ git, now }: StepTools, work: Work): Executor<"lint"> =>
  async () => {
    work.doing("holding the recipe against the conventions");
    const { app, config, sources, named } = recipeOf(work);
    const read = (path: string) => git.readFile(work.directory, path);
    const files = new Map(named.map(({ file, text }) => [file, text]));
    for (const path of filesToLint((await read(".env.sample")) ?? "")) {
      const text = await read(path);
      if (text !== null) files.set(path, text);
    }
    const own = work.overlay ? [...sources].filter(([file]) => file !== work.overlay?.name) : sources;
    const report = holdAgainst({
      recipe: app.recipe,
      stack: app.stack.name,
      sources: new Map(own),
      files,
      config,
      tags: await work.tags(),
    });
    work.note({ is: "linted", at: now().toISOString(), report });
  };
