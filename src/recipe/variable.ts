/**
 * What a recipe may call a variable, and how long one may grow. The values of `.env.sample` and of abra.sh become the
 * environment of the docker CLI on our host, so a name that steers that client or the loader of its process is never
 * set from a recipe. Left out on purpose: proxy variables, which recipes set for their own containers, so whoever runs
 * the client clears them or talks to a socket.
 */

export const isName = (text: string): boolean => /^[A-Za-z_][A-Za-z0-9_]*$/.test(text);

/** The variables that docker fills into a value, in order; `$$` is a dollar and no variable. */
export const variablesIn = (value: string): string[] =>
  [...value.matchAll(/\$(?:\$|\{?([A-Za-z_]\w*))/g)].flatMap(([, name]) =>
    name === undefined ? [] : [name],
  );

/** Linux refuses a longer string in an environment (MAX_ARG_STRLEN); and `A=$A$A`, forty times, is a memory bomb. */
export const longestValue = 65_536;

/** Replaces each match; null as soon as the text grows too long, before it costs memory. */
export function replaceWithinLimit(
  text: string,
  pattern: RegExp,
  replacement: (match: RegExpExecArray) => string,
): string | null {
  let [replaced, at] = ["", 0];
  for (const match of text.matchAll(pattern)) {
    replaced += text.slice(at, match.index) + replacement(match);
    at = match.index + match[0].length;
    if (replaced.length > longestValue) return null;
  }
  replaced += text.slice(at);
  return replaced.length > longestValue ? null : replaced;
}

const steering = new Set([
  "PATH",
  "HOME",
  "DOCKER_HOST",
  "DOCKER_CONTEXT",
  "DOCKER_CONFIG",
  "DOCKER_API_VERSION",
  "DOCKER_AUTH_CONFIG",
  "DOCKER_CERT_PATH",
  "DOCKER_CUSTOM_HEADERS",
  "DOCKER_DEFAULT_PLATFORM",
  "DOCKER_ORCHESTRATOR",
  "DOCKER_STACK_ORCHESTRATOR",
  "GOCOVERDIR",
  "GODEBUG",
  "SSH_AUTH_SOCK",
]);
const steeringPrefixes = ["LD_", "DYLD_", "DOCKER_TLS", "DOCKER_CONTENT_TRUST", "DOCKER_CLI_"];

export const steersHost = (name: string): boolean =>
  steering.has(name) || steeringPrefixes.some((prefix) => name.startsWith(prefix));
