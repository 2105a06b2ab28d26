/**
 * A stack as `docker stack config` printed it, with every field that stands in it, also those that nobody here knows. Read with
 * YAML's failsafe schema: each scalar is a text.
 */
import { parse } from "yaml";

type Fields = Readonly<Record<string, unknown>>;
type Named = { key: string; fields: Fields };
/** `path` is the service's own. */
export type AskedService = { name: string; path: string; fields: Fields; deploy: Fields };
export type Asked = {
  /** The stack's name, before which none of its own things are called otherwise. */
  stack: string;
  directory: string;
  /** What the app is called on the web. */
  domain: string;
  top: Fields;
  services: readonly AskedService[];
  networks: readonly Named[];
  volumes: readonly Named[];
  secrets: readonly Named[];
  configs: readonly Named[];
};

export const readAsked = (
  yaml: string,
  { stack, directory, domain }: Pick<Asked, "stack" | "directory" | "domain">,
): Asked => {
  const top = fieldsOf(parse(yaml, { schema: "failsafe" }));
  return {
    stack,
    directory,
    domain,
    top,
    services: namedIn(top.services).map(({ key, fields }) => ({
      name: key,
      path: `services.${key}`,
      fields,
      deploy: fieldsOf(fields.deploy),
    })),
    networks: namedIn(top.networks),
    volumes: namedIn(top.volumes),
    secrets: namedIn(top.secrets),
    configs: namedIn(top.configs),
  };
};

export const fieldsOf = (value: unknown): Fields =>
  typeof value === "object" && value !== null && !Array.isArray(value) ? (value as Fields) : {};
export const listOf = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : []);
/** What is no text is shown as JSON, so that nothing passes for empty. */
export const textOf = (value: unknown): string =>
  value === undefined || value === "null" ? "" : typeof value === "string" ? value : JSON.stringify(value);
export const textsOf = (value: unknown): string[] =>
  Array.isArray(value) ? value.map(textOf) : isThere(value) ? [textOf(value)] : [];

/** Whether the key says anything at all. */
export const isThere = (value: unknown): boolean =>
  typeof value === "object" && value !== null
    ? Object.keys(value).length > 0
    : value !== null && textOf(value) !== "";

export const isTrue = (value: unknown): boolean => isThere(value) && textOf(value) !== "false";

const namedIn = (value: unknown): Named[] =>
  Object.entries(fieldsOf(value)).map(([key, of]) => ({ key, fields: fieldsOf(of) }));
