// biome-ignore-all lint/suspicious/noTemplateCurlyInString: compose's interpolation, not JavaScript's.
/** What a stack asks of the proxy that it shares with others, by Traefik's labels. */
import { fieldsOf, textOf } from "./asked.ts";
import { ANY_HOST, foreignHosts } from "./routes.ts";
import type { Rule } from "./rule.ts";

const labelsOf = (labels: unknown): [name: string, value: string][] =>
  Array.isArray(labels)
    ? labels.map(textOf).map((label) => [label.split("=", 1)[0] ?? "", label.replace(/^[^=]*=?/, "")])
    : Object.entries(fieldsOf(labels)).map(([name, value]) => [name, textOf(value)]);

/** Where plain web traffic arrives, by the names that recipes give it. */
const WEB_ENTRY = /^(?:web|web-secure|websecure|http|https)$/i;

const routesTo = (
  label: string,
  value: string,
  labels: readonly [name: string, value: string][],
  domain: string,
): readonly string[] => {
  const [, kind = "", router = ""] = /^traefik\.(http|tcp)\.routers\.(.+)\.rule$/i.exec(label) ?? [];
  if (router === "")
    return /^traefik\..+\.loadbalancer\.servers?(?:\[\d+\])?\.(?:url|address)$/i.test(label) ? [value] : [];
  const foreign = foreignHosts(value, domain);
  // A port of its own has no hosts to tell apart.
  const entries = labels.find(
    ([name]) => name.toLowerCase() === `traefik.${kind}.routers.${router}.entrypoints`.toLowerCase(),
  );
  const isApart =
    kind.toLowerCase() === "tcp" &&
    entries !== undefined &&
    entries[1].split(",").every((entry) => entry.trim() !== "" && !WEB_ENTRY.test(entry.trim()));
  return isApart && foreign.every((host) => host === ANY_HOST) ? [] : foreign;
};

export const foreignRoutes: Rule = {
  name: "foreign-routes",
  refuses:
    "Routes of the shared proxy (Traefik's labels) to other hosts than the app's own, or to addresses outside the stack",
  why: "The requests of another app would come to this one, or the proxy would reach what it was never meant to.",
  instead: "let each alternative of the rule say Host(`${DOMAIN}`), or a name below it",
  check: (asked) =>
    asked.services.flatMap(({ name, path, fields, deploy }) =>
      [
        { at: `${path}.labels`, labels: labelsOf(fields.labels) },
        { at: `${path}.deploy.labels`, labels: labelsOf(deploy.labels) },
      ].flatMap(({ at, labels }) =>
        labels.flatMap(([label, value]) =>
          routesTo(label, value, labels, asked.domain).map((what) => ({
            path: at,
            what,
            says: `service ${name} has the proxy route ${what} by its label ${label}`,
            written: label,
          })),
        ),
      ),
    ),
};
