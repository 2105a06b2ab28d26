// biome-ignore-all lint/suspicious/noTemplateCurlyInString: compose's interpolation, not JavaScript's.
/** Each message was printed by docker CLI 28.2.2 for the file beside it, except where it says "by deploy". */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { locateComplaint } from "../../../src/recipe/locate-complaint.ts";

const head = 'version: "3.8"\nservices:\n  app:\n    image: foo\n';
const locate = (stderr: string, ...files: [name: string, text: string][]) => {
  const { file, line, reason } = locateComplaint(stderr, new Map(files), new Map([["COMPOSE_FILE", 7]]));
  return `${file}:${line} ${reason}`;
};

describe("in one file", () => {
  it.each([
    // YAML: docker's own line is often another one.
    [
      "yaml: line 2: did not find expected key",
      `${head}   bad: x\n`,
      /^5 not valid YAML: All mapping items must start at the same column \(column 1\)$/,
    ],
    [
      "yaml: line 4: found a tab character that violates indentation",
      `${head}\ttab: x\n`,
      /^5 not valid YAML: Tabs are not allowed/,
    ],
    [
      "yaml: line 4: found unexpected end of stream",
      'services:\n  app:\n    image: "foo\n',
      /^\d not valid YAML: Missing closing "quote/,
    ],
    [
      "yaml: line 4: mapping values are not allowed in this context",
      'version: "3.8"\nservices:\n  app:\n    image: foo: bar\n',
      /^4 not valid YAML: Nested mappings/,
    ],
    [
      'yaml: unmarshal errors:\n  line 5: mapping key "image" already defined at line 4',
      `${head}    image: bar\n`,
      /^5 not valid YAML: Map keys must be unique/,
    ],
    [
      "yaml: unknown anchor 'nope' referenced",
      `${head}    labels: *nope\n`,
      /^5 not valid YAML: the anchor &nope that \*nope refers to does not exist$/,
    ],
    [
      "yaml: anchor 'a' value contains itself",
      "services: &a\n  app: *a\n",
      /^null not valid YAML: anchor 'a' value contains itself$/,
    ],
    ["top-level object must be a mapping", "- a\n", /^1 the file is not a mapping$/],
    ["top-level object must be a mapping", "", /^1 the file is not a mapping$/],
    // The schema
    [
      "services.app Additional property foo is not allowed",
      `${head}    foo: bar\n`,
      /^5 services.app: property `foo` is not allowed$/,
    ],
    [
      "(root) Additional property name is not allowed",
      `name: x\n${head}`,
      /^1 top level: property `name` is not allowed$/,
    ],
    [
      "services Additional property app service! is not allowed",
      'services:\n  "app service!":\n    image: x\n',
      /^2 services: property `app service!`/,
    ],
    [
      "services.my.app.deploy.resources.limits Additional property mem is not allowed",
      "services:\n  my.app:\n    deploy:\n      resources:\n        limits:\n          mem: 3\n",
      /^6 services.my.app.deploy.resources.limits: property `mem`/,
    ],
    [
      "services.app.volumes.0 Additional property sauce is not allowed",
      `${head}    volumes:\n      - type: volume\n        sauce: x\n`,
      /^7 /,
    ],
    [
      "services.app.deploy.replicas must be a integer",
      `${head}    deploy:\n      replicas: many\n`,
      /^6 services.app.deploy.replicas must be a integer$/,
    ],
    ["services.app must be a mapping", "services:\n  app:\n", /^2 services.app must be a mapping$/],
    ["version must be a string", "version: 3.8\n", /^1 version must be a string$/],
    [
      "services.app.healthcheck.start_period Does not match format 'duration'",
      `${head}    healthcheck:\n      test: x\n      start_period: 5 minutes\n`,
      /^7 /,
    ],
    ["services.app.ports.0 Does not match format 'ports'", `${head}    ports: ["80:99999999"]\n`, /^5 /],
    ["services.app.ulimits.nofile hard is required", `${head}    ulimits:\n      nofile: {soft: 3}\n`, /^6 /],
    [
      'services.app.deploy.update_config.order services.app.deploy.update_config.order must be one of the following: "start-first", "stop-first"',
      `${head}    deploy:\n      update_config:\n        order: sideways\n`,
      /^7 services.app.deploy.update_config.order must be one of/,
    ],
    [
      "services.app Additional property foo is not allowed",
      "x-a: &a\n  foo: 1\nservices:\n  app:\n    <<: *a\n    image: x\n",
      /^2 /,
    ],
    // Interpolation
    [
      'invalid interpolation format for services.app.image: "foo:${X:+y}"; you may need to escape any $ with another $',
      'version: "3"\nservices:\n  app:\n    image: foo:${X:+y}\n',
      /^4 services.app.image: docker cannot interpolate "foo:\$\{X:\+y\}"$/,
    ],
    [
      'invalid interpolation format for services.app.deploy.labels.[]: "a=${X"; you may need to escape any $ with another $',
      `${head}    deploy:\n      labels:\n        - b=1\n        - a=\${X\n`,
      /^8 /,
    ],
    [
      'invalid interpolation format for services.app.image: "required variable X is missing a value: tell me X"; you may need to escape any $ with another $',
      'version: "3"\nservices:\n  app:\n    image: foo:${X:?tell me X}\n',
      /^4 services.app.image: required variable X is missing a value: tell me X$/,
    ],
    [
      'error while interpolating services.app.deploy.replicas: failed to cast to expected type: strconv.Atoi: parsing "many": invalid syntax',
      `${head}    deploy: {replicas: "\${X:-many}"}\n`,
      /^5 services.app.deploy.replicas: wrong type after interpolation/,
    ],
    // Files
    [
      "open /srv/runs/1/nope.env: no such file or directory",
      `${head}    env_file: conf/nope.env\n`,
      /^5 conf\/nope.env: no such file or directory$/,
    ],
    ["open /srv/runs/1/image: no such file or directory", head, /^7 COMPOSE_FILE names image: no such file/],
    [
      "invalid env file (/srv/runs/1/e.env): variable 'A B' contains whitespaces",
      `${head}    env_file: [e.env]\n`,
      /^5 e.env: variable 'A B' contains whitespaces$/,
    ],
    // Versions, forbidden keys, conflicts
    [
      "unsupported Compose file version: 9",
      `\nversion: "9"\nservices: {}\n`,
      /^2 docker stack knows no compose file version 9$/,
    ],
    [
      "Configuration contains forbidden properties",
      `${head}    mem_limit: 3m\n`,
      /^5 services.app.mem_limit: docker stack does not support `mem_limit`$/,
    ],
    [
      "network proxy: network.external.name and network.name conflict; only use network.name",
      `${head}networks:\n  proxy:\n    name: y\n    external:\n      name: p\n`,
      /^6 network proxy: /,
    ],
    [
      'conflicting parameters "external" and "driver" specified for volume "proxy"',
      `${head}volumes:\n  proxy:\n    driver: y\n    external: true\n`,
      /^7 volume "proxy" is external, so `driver` cannot be set$/,
    ],
    [
      "decoding failed due to the following error(s):\n\nerror decoding 'Volumes[0]': invalid spec: :/x:y:z:w: empty section between colons",
      `${head}    volumes: [":/x:y:z:w"]\n`,
      /^5 invalid spec: :\/x:y:z:w: empty section/,
    ],
    [
      "decoding failed due to the following error(s):\n\nerror decoding 'Deploy.Resources.Limits.memory': invalid size: 'lots'",
      `${head}    deploy:\n      resources:\n        limits:\n          memory: lots\n`,
      /^8 invalid size: 'lots'$/,
    ],
    // By deploy, which alone looks at these (from its source; config prints nothing and exits 0).
    [
      'service app: undefined network "nope"',
      `${head}    networks: [a, nope]\n`,
      /^5 service app uses the network "nope", which no file declares$/,
    ],
    [
      'service app: undefined volume "data"',
      `${head}    volumes:\n      - data:/x\n`,
      /^6 service app uses the volume "data"/,
    ],
    [
      'service app: undefined secret "s"',
      `${head}    secrets:\n      - source: s\n        target: t\n`,
      /^6 service app uses the secret "s"/,
    ],
    // Unknown words keep them, without our paths.
    [
      "json: unsupported type: map[interface {}]interface {}",
      `${head}    5: bar\n`,
      /^null json: unsupported type/,
    ],
    ["cannot do it in /srv/runs/1/x.yml at all", head, /^null cannot do it in x.yml at all$/],
    ["", head, /^null docker refused the compose files and gave no reason$/],
    [
      "Ignoring unsupported options: build\n\nservices.app.image must be a string\n",
      "services:\n  app:\n    image: 5\n",
      /^3 services.app.image must be a string$/,
    ],
  ])("%j", (stderr, text, says) => {
    const place = /COMPOSE_FILE names/.test(says.source) ? ".env.sample:" : "compose.yml:";
    const said = locate(stderr, ["compose.yml", text]);
    expect(said.slice(0, place.length)).toBe(place);
    expect(said.slice(place.length)).toMatch(says);
  });
});

describe("in one of several files", () => {
  const good: [string, string] = ["compose.yml", `${head}    command: x\n`];

  it.each([
    [
      "the broken one",
      "yaml: line 1: did not find expected key",
      "services:\n  app: {\n",
      /^o.yml:\d not valid YAML/,
    ],
    [
      "the one that has the property",
      "services.app Additional property foo is not allowed",
      "services:\n  app:\n    foo: 1\n",
      /^o.yml:3 /,
    ],
    [
      "the one with the wrong kind",
      "services.app.command must be a string",
      "services:\n  app:\n    command: {a: b}\n",
      /^o.yml:3 /,
    ],
    [
      "the one with the text",
      'invalid interpolation format for services.app.command: "$!"; you may need to escape any $ with another $',
      "services:\n  app:\n    command: $!\n",
      /^o.yml:3 /,
    ],
    [
      "the one of another version",
      "version mismatched between two composefiles : 3.8 and 3.7",
      'version: "3.7"\n',
      /^o.yml:1 o.yml has version 3.7, but compose.yml has version 3.8: docker merges only files of one version$/,
    ],
    [
      "the one of no version",
      "version mismatched between two composefiles : 3.8 and 3.13",
      "services: {}\n",
      /^o.yml:null o.yml has no `version`, which docker takes for 3.13, but compose.yml has version 3.8:/,
    ],
  ])("it is %s", (_, stderr, text, says) => {
    expect(locate(stderr, good, ["o.yml", text])).toMatch(says);
  });

  it("a compose file that is not there is where COMPOSE_FILE names it", () => {
    const missing = "open compose.x.yml: no such file or directory";
    expect(locate(missing, good)).toBe(
      ".env.sample:7 COMPOSE_FILE names compose.x.yml: no such file or directory",
    );
    expect(locateComplaint(missing, new Map())).toEqual({
      file: "compose.x.yml",
      line: null,
      reason: "compose.x.yml: no such file or directory",
    });
  });
});

it("says something of any message about any file, and shows no path of ours", () => {
  fc.assert(
    fc.property(fc.string(), fc.string(), (noise, text) => {
      const reason = locate(`open /srv/runs/secret/x.yml: no such file or directory\n${noise}`, [
        "compose.yml",
        text,
      ]);
      expect(reason).not.toContain("/srv");
    }),
  );
});

it("is not hurt by an anchor that merges itself, nor by what nests too deep", () => {
  const message = "services.app Additional property foo is not allowed";
  expect(locate(message, ["c.yml", "services:\n  app: &a\n    <<: *a\n    image: x\n"])).toMatch(/^c.yml:2 /);
  expect(locate(message, ["c.yml", "[".repeat(50_000)])).toMatch(/^c.yml:null /);
});
