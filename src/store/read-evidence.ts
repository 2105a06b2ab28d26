/**
 * An evidence file read back, from wherever a person has put it, plain or gzipped. What cannot be used is refused with the place
 * and the way out; a file that is read is whole.
 */
import { readFile } from "node:fs/promises";
import { gunzipSync } from "node:zlib";
import { EVIDENCE_SCHEMA, type EvidenceFile } from "../report/evidence.ts";
import { EvidenceSchema } from "./evidence-schema.ts";

/** Its message is for the person who named the file: what is wrong where, and on a second line what to do. */
export class UnusableEvidence extends Error {}

const LARGEST_BYTES = 256 * 2 ** 20;
const AS_WRITTEN =
  "Take the file as testme wrote it, from the run's folder; an edited or cut one cannot be used.";

export const readEvidence = async (path: string): Promise<EvidenceFile> =>
  parseEvidence(await read(path), path);

const read = async (path: string): Promise<string> => {
  const bytes = await readFile(path).catch((error: unknown) => {
    throw new UnusableEvidence(
      `${path} cannot be read: ${reasonOf(error)}\nName the evidence.json of a run; \`testme run\` says where it is.`,
    );
  });
  try {
    const plain = isGzip(bytes) ? gunzipSync(bytes, { maxOutputLength: LARGEST_BYTES }) : bytes;
    return new TextDecoder("utf-8", { fatal: true }).decode(plain);
  } catch (error) {
    throw new UnusableEvidence(`${path} is no text: ${reasonOf(error)}\n${AS_WRITTEN}`);
  }
};

const isGzip = (bytes: Buffer): boolean => bytes[0] === 0x1f && bytes[1] === 0x8b;

/** `name` is what the person calls it. */
export const parseEvidence = (text: string, name: string): EvidenceFile => {
  const json = parseJson(text, name);
  refuseOtherSchemas(json, name);
  const parsed = EvidenceSchema.safeParse(json);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  const place = placeOf(issue?.path ?? []);
  throw new UnusableEvidence(`${name} is damaged at ${place}: ${issue?.message}\n${AS_WRITTEN}`);
};

const parseJson = (text: string, name: string): unknown => {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new UnusableEvidence(`${name} is not JSON: ${reasonOf(error)}\n${AS_WRITTEN}`);
  }
};

const refuseOtherSchemas = (json: unknown, name: string): void => {
  if (typeof json !== "object" || json === null || !("schema" in json) || !("stages" in json))
    throw new UnusableEvidence(
      `${name} is no evidence file: it has no schema and stages\nName the evidence.json of a run; \`testme run\` says where it is.`,
    );
  const { schema } = json;
  if (schema === EVIDENCE_SCHEMA) return;
  throw new UnusableEvidence(
    schema === 1
      ? `${name} has schema 1, which does not keep enough to tell a stage again (schema ${EVIDENCE_SCHEMA} does)\nRun the test again to get a file that does.`
      : `${name} has schema ${JSON.stringify(schema)}, and this testme reads schema ${EVIDENCE_SCHEMA}\nUse the testme that wrote the file.`,
  );
};

const placeOf = (path: readonly PropertyKey[]): string =>
  path
    .map((key) => (typeof key === "number" ? `[${key}]` : `.${String(key)}`))
    .join("")
    .replace(/^\./, "") || "its top";

const reasonOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));
