// biome-ignore-all lint/suspicious/noTemplateCurlyInString: compose's and testme.yml's, not JavaScript's.
/**
 * A recipe that needs another one beside it. `sso` answers with its secret, its realm and its domain; the app asks it once, as it
 * begins, and serves only if its own secret and variables say the very same.
 */
import { parse, stringify } from "yaml";
import { type Story, story } from "./recipes.ts";

type Config = Record<string, unknown>;
type Values = Record<string, string>;

/** Adds to the service `app`, and to the file. */
const adding = (service: object, environment: readonly string[], file: object) => (compose: string) => {
  const { services, ...rest } = parse(compose);
  const app = { ...services.app, ...service, environment: [...services.app.environment, ...environment] };
  return stringify({ ...rest, ...file, services: { ...services, app } }, { lineWidth: 0, nullStr: "" });
};
const secret = (name: string) => ({
  secrets: {
    [name]: { external: true, name: `\${STACK_NAME}_${name}_\${SECRET_${name.toUpperCase()}_VERSION}` },
  },
});
const envSample = (name: string, ...lines: string[]): string =>
  [
    `TYPE=${name}`,
    "TIMEOUT=20",
    `DOMAIN=${name}.example.com`,
    "LETS_ENCRYPT_ENV=production",
    ...lines,
    "",
  ].join("\n");
const shell = (script: string): string[] => ["/bin/sh", "-c", script.replaceAll("$", "$$$$")];

/** One release, and a branch `change` after it. It answers only those who share `network` with it. */
export const sso = (dir: string, name = "sso", env: Values = {}, network = "proxy"): Promise<Story> => {
  const service = {
    entrypoint: shell('VERSION="$(cat /run/secrets/client) $REALM $DOMAIN" exec /app'),
    secrets: ["client"],
    networks: [network],
  };
  const file = { ...secret("client"), networks: { [network]: { external: true } } };
  const edit = adding(service, ["REALM=${REALM}", "DOMAIN=${DOMAIN}"], file);
  const files = { ".env.sample": envSample(name, "REALM=master", "SECRET_CLIENT_VERSION=v1 # length=20") };
  return story(dir, name, { edit, files, app: { env } }, {});
};

const ASK = `said=$(printf 'GET / HTTP/1.0\\r\\n\\r\\n' | nc "$SSO" 8080)
case $said in
  *"fixture $(cat /run/secrets/oidc_client) $REALM $ISSUER"*) ;;
  *) SERVE_STATUS="500 sso said otherwise" ;;
esac
export SERVE_STATUS
exec /app`;

/** What it takes to get along with `sso`. */
export const knowsSso: Config = {
  dependencies: { sso: { repository: "coop/sso", env: { REALM: "test" } } },
  env: { SSO: "${sso.stack}_app", REALM: "${sso.env.REALM}", ISSUER: "${sso.domain}" },
  secrets: { oidc_client: "${sso.secret.client}" },
};

export const needsSso = (dir: string, name: string, config: Config = knowsSso): Promise<Story> => {
  const edit = adding(
    { entrypoint: shell(ASK), secrets: ["oidc_client"] },
    ["SSO=${SSO}", "REALM=${REALM}", "ISSUER=${ISSUER}"],
    secret("oidc_client"),
  );
  const sample = envSample(
    name,
    "SSO=",
    "REALM=",
    "ISSUER=",
    "SECRET_OIDC_CLIENT_VERSION=v1 # generate=false",
  );
  const files = { ".env.sample": sample, "testme.yml": stringify(config) };
  return story(dir, name, { edit, files }, {});
};

const OVERLAY = "compose.testme.yml";

/** Serves only with what its overlay says, which does `more` to the app besides. */
export const overlaid = (
  dir: string,
  name: string,
  more: Config = {},
  overlay: typeof OVERLAY | "none" = OVERLAY,
): Promise<Story> => {
  const app = { ...more, environment: { SERVE_STATUS: "200 OK" } };
  const files = {
    "testme.yml": overlay === "none" ? SOON : `overlay: ${overlay}\n`,
    [OVERLAY]: stringify({ version: "3.8", services: { app } }),
  };
  return story(dir, name, { ...FAILING, files }, {});
};

/** The head has a service that the base has not, and that is healthy only with what the overlay says of it. */
export const suitsNewService = (dir: string, name: string): Promise<Story> => {
  const worker = { environment: { HEALTH: "good" } };
  const files = {
    "testme.yml": `overlay: ${OVERLAY}\n`,
    [OVERLAY]: stringify({ version: "3.8", services: { worker } }),
  };
  return story(dir, name, { files }, { worker: { env: { HEALTH: "bad" } } });
};

/** An app that answers with an error; the head says `changed` in its testme.yml. */
export const changesConfig = (dir: string, name: string, changed: string): Promise<Story> =>
  story(dir, name, { ...FAILING, files: { "testme.yml": SOON } }, { files: { "testme.yml": changed } });

const FAILING = { app: { env: { SERVE_STATUS: "500 Not yet" } } };
/** Nothing is waited for that will not come. */
const SOON = "timeouts: {probe: 2s}\n";
