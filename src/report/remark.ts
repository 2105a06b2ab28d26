/** What is said of a line of a recipe. */
import type { SourceSpan } from "../recipe/yaml-source.ts";

/** Plain text. `at` is null where the recipe's files say nothing of it, and then nothing is remarked. */
export type Remark = {
  at: SourceSpan | { file: string; line: number } | null;
  level: "failure" | "warning" | "notice";
  title: string;
  message: string;
};
