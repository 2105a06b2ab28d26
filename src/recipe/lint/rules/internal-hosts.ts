// biome-ignore-all lint/suspicious/noTemplateCurlyInString: compose's interpolation, not JavaScript's.
/**
 * Short names of services where several apps' names meet. Only what stands in `environment` is looked at, and only of
 * services on the shared network.
 */
import { proxyKeys } from "../proxy-keys.ts";
import { remarkOnEntry } from "../reading.ts";
import { shown } from "../remark.ts";
import type { Rule } from "../rule.ts";
import { at, type Entry, entriesOf } from "../written.ts";

export const internalHosts: Rule = {
  name: "internal-hosts",
  severity: "warning",
  asks: "On the shared network, services are called by their full names",
  why: "All apps of a host share `proxy`, and in it every stack's `db` answers to `db`: an app that asks for `db` may well be given another app's.",
  instead: "Write `${STACK_NAME}_db` for `db`.",
  check: ({ config, services, compose }) => {
    if (services.size < 2) return "not-applicable";
    const keys = proxyKeys(compose);
    const onProxy = new Set(
      config.references
        .filter(({ kind, name }) => kind === "network" && keys.has(name))
        .map(({ service }) => service),
    );
    return [...services]
      .filter(([name]) => onProxy.has(name))
      .flatMap(([, parts]) => parts.flatMap((part) => entriesOf(at(part, "environment"))))
      .flatMap((entry) => {
        const host = hostsIn(entry).find((name) => services.has(name));
        if (host === undefined) return [];
        const message = `${shown(entry.key)} asks for ${shown(host)}, and on \`proxy\` the one of another app may answer: write ${shown(`\${STACK_NAME}_${host}`)}`;
        return [remarkOnEntry(entry, message)];
      });
  },
};

/** `DB_HOST=db`, `db:5432`, `redis://db/0`, `postgres://user@db:5432/name`; a plain word only where the key speaks of hosts. */
const hostsIn = ({ key, value }: Entry): string[] => {
  const text = value ?? "";
  if (/^[\w-]+$/.test(text)) return /host|url|uri|server|addr|endpoint/i.test(key) ? [text] : [];
  const first = /^([\w-]+):\d+(?:$|[/,])/.exec(text)?.[1];
  const inUrl = [...text.matchAll(/(?:\/\/|@)([\w-]+)(?=[:/?,]|$)/g)].flatMap(([, host]) => host ?? []);
  return first === undefined ? inUrl : [first, ...inUrl];
};
