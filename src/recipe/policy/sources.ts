/**
 * What has to be sure of the files before docker is let near them: it reads an `env_file` wherever that lies, and follows links.
 * Invariant: where docker's reader of YAML and ours could see two different files, the file is refused. Of what ours finds broken
 * docker may say what is wrong, unless an `env_file` could hide in it.
 */
import { type Document, isAlias, isNode, isScalar, isSeq, type Pair, visit } from "yaml";
import { brokenOf, readSources } from "../check-sources.ts";
import type { Complaint, Sources } from "../complaint.ts";
import type { Source } from "../yaml-source.ts";
import type { Rule } from "./rule.ts";

export type SourceRule = Omit<Rule, "check">;

const PLAIN: SourceRule = {
  name: "plain-yaml",
  refuses:
    "Compose files that two programs may read in two ways: tags, keys that are aliases, control characters, other line ends than LF and CRLF, other encodings than UTF-8, and more text or aliases than can be looked through",
  why: "What is judged has to be what docker reads.",
  instead: "write plain YAML of a size that people can read",
};
const ENV_FILES: SourceRule = {
  name: "env-files",
  refuses: "An `env_file` that is not plainly a path inside the recipe",
  why: "Docker reads it on the bot's own host, whatever it is, and gives it to a container.",
  instead: "name a file of the recipe by its path, without variables",
};
const LINKS: SourceRule = {
  name: "links",
  refuses: "Symbolic links and submodules where a file of the recipe is to be read",
  why: "A link may lead out of the recipe, so none is followed.",
  instead: "put the file itself there",
};
export const SOURCE_RULES: readonly SourceRule[] = [PLAIN, ENV_FILES, LINKS];

const refused = (
  { name, instead }: SourceRule,
  file: string,
  line: number | null,
  says: string,
): Complaint => ({
  file,
  line,
  reason: `refused by policy (${name}): ${says}. The way out: ${instead}`,
});

export const refusedLinks = (links: readonly string[]): readonly Complaint[] =>
  links.map((file) => refused(LINKS, file, null, `${file} is a link, and no link is followed`));

/** `envFiles` are those that docker will read. */
export const judgeSources = (
  sources: Sources,
): { complaints: readonly Complaint[]; envFiles: readonly string[] } => {
  const judged = readSources(sources).map((source) => judge(source, sources.get(source.file) ?? ""));
  return {
    complaints: judged.flatMap(({ complaints }) => complaints),
    envFiles: judged.flatMap(({ envFiles }) => envFiles),
  };
};

type Judged = { complaints: readonly Complaint[]; envFiles: readonly string[] };
const only = (...complaints: Complaint[]): Judged => ({ complaints, envFiles: [] });

/** To YAML 1.1, which docker reads, NEL, LS and PS end a line; U+FFFD stands where the file is no UTF-8. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is refused.
const ODD = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f\u2028\u2029\ufffd]|\r(?!\n)|(?<!^)\ufeff/;
const MAY_HIDE = /env_file|\\|!!/;

const judge = (source: Source, text: string): Judged => {
  const odd = ODD.exec(text);
  if (odd)
    return only(refused(PLAIN, source.file, lineOf(text, odd.index), `here is ${JSON.stringify(odd[0])}`));
  if (source.broken) return MAY_HIDE.test(text) ? only(...brokenOf(source)) : only();
  if (source.document === null)
    return text.split("\n").every((line) => /^\s*(?:#.*)?$/.test(line))
      ? only()
      : only(
          refused(PLAIN, source.file, null, "the file has more text or aliases than can be looked through"),
        );
  return judgeDocument(source, source.document);
};

const lineOf = (text: string, index: number): number => text.slice(0, index).split("\n").length;

const USUAL_TAG = /^tag:yaml\.org,2002:(?:str|int|float|bool|null|map|seq|merge)$/;

const judgeDocument = (source: Source, document: Document): Judged => {
  const complaints: Complaint[] = [];
  const envFiles: string[] = [];
  const refuse = (rule: SourceRule, at: unknown, says: string) =>
    complaints.push(refused(rule, source.file, source.lineAt(at), says));
  visit(document, {
    Node(_, node) {
      if (node.tag !== undefined && !USUAL_TAG.test(node.tag))
        refuse(PLAIN, node, `here is the tag ${node.tag}`);
    },
    Pair(_, pair) {
      if (isNode(pair.key) && !isScalar(pair.key))
        refuse(PLAIN, pair.key, "here is a key that is no plain word");
      if (!isEnvFile(pair)) return;
      for (const { file, at } of filesIn(document, pair.value))
        if (isInside(file)) envFiles.push(file.replace(/^(?:\.\/+)+/, ""));
        else refuse(ENV_FILES, at ?? pair.key, `env_file names ${JSON.stringify(file)}`);
    },
  });
  return { complaints, envFiles };
};

const isEnvFile = ({ key }: Pair): boolean => isScalar(key) && String(key.value) === "env_file";

/** A null is an item that is no text. */
const filesIn = (document: Document, value: unknown): { file: string | null; at: unknown }[] => {
  const node = isAlias(value) ? value.resolve(document) : value;
  const items = isSeq(node) ? node.items : [node];
  return items.map((item) => {
    const at = isAlias(item) ? item.resolve(document) : item;
    return { file: isScalar(at) ? String(at.value) : null, at };
  });
};

const isInside = (file: string | null): file is string =>
  file !== null &&
  file !== "" &&
  !/^[/~-]|[$\\]/.test(file) &&
  !file.split("/").some((part) => part === ".." || part === ".git");
