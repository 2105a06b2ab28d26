/**
 * testme.yml as it is written: each key, what it means, and what it may hold. Editors get the same as a JSON Schema
 * (docs/testme.schema.json). Strict: a key that means nothing here is an error.
 */
import * as z from "zod";
import { STAGE_NAMES } from "./stage-names.ts";
import {
  DependencyName,
  Duration,
  Memory,
  OverlayName,
  Port,
  RecipeVariable,
  Ref,
  Repository,
  SecretName,
  Service,
  Text,
  unless,
  VariableName,
  words,
} from "./values.ts";

const StageName = z.enum(STAGE_NAMES);
const Env = z.record(RecipeVariable, Text);
const Secrets = z.record(
  SecretName,
  Text.refine((text) => text !== "", { error: "is empty, and docker keeps no empty secret" }),
);
const CommandLine = Text.refine((text) => text.trim() !== "", { error: "is empty" });

const isMapping = ({ value }: { value: unknown }): boolean => typeof value === "object" && value !== null;
/** Whatever else is wrong there, so that all is told at once. */
const always = { when: isMapping };

const Probe = z
  .strictObject({
    http: z
      .string()
      .regex(/^\/[\x21-\x7e]*$/, { error: "must be a path that begins with `/`" })
      .max(1_000, { error: "is longer than 1000 characters" })
      .optional()
      .describe("The path that is asked for with GET."),
    tcp: Port.optional().describe("The port that has to take connections."),
    service: Service.optional().describe(
      "The service that is asked, as the compose file calls it. Default: the one that the recipe gives to the proxy, else `app`.",
    ),
    port: Port.optional().describe(
      "The port that is asked over HTTP. Default: the one that the recipe gives to the proxy, else 80.",
    ),
    codes: z
      .array(z.int().min(100).max(599), unless("must be a list of HTTP codes such as `[200, 301]`"))
      .min(1, { error: "must name at least one code" })
      .max(100)
      .optional()
      .describe("The HTTP codes that a working app answers with. Default: 2xx, 3xx, 401 and 403."),
    stable: z
      .int()
      .min(1)
      .max(20)
      .optional()
      .describe("How many connections in a row the port has to take, 1 to 20. Default: 1."),
  })
  .refine((probe) => (probe.http === undefined) !== (probe.tcp === undefined), {
    error: "must ask for one thing: either `http` with a path, or `tcp` with a port",
    ...always,
  })
  .refine((probe) => probe.tcp === undefined || probe.port === undefined, {
    error: "is not needed: `tcp` names the port already",
    path: ["port"],
    ...always,
  })
  .refine((probe) => probe.tcp === undefined || probe.codes === undefined, {
    error: "goes with `http` only",
    path: ["codes"],
    ...always,
  })
  .refine((probe) => probe.tcp !== undefined || probe.stable === undefined, {
    error: "goes with `tcp` only",
    path: ["stable"],
    ...always,
  })
  .meta({ oneOf: [{ required: ["http"] }, { required: ["tcp"] }] });

const Timeouts = z.strictObject({
  rollout: Duration.optional().describe(
    "How long one deployment may take. Default: the recipe's own `timeout` label or TIMEOUT, else 5m.",
  ),
  probe: Duration.optional().describe(
    "How long the app may take, once deployed, until all probes succeed. Default: as `rollout`.",
  ),
  test: Duration.optional().describe(
    "How long one test of the recipe's own may take, one backup or restore hook, or one command of a marker. Default: 5m.",
  ),
  stage: Duration.optional().describe("How long one stage may take in all. Default: what the bot is set to."),
});

const Marker = z.strictObject({
  name: words().describe("What a report calls it."),
  service: Service.describe("The service in whose container both commands run."),
  write: CommandLine.describe("Puts data into the app. Run by `sh -c` before the backup."),
  read: CommandLine.describe(
    "Prints that data. Run by `sh -c` before the backup, after the wipe and after the restore.",
  ),
  expect: CommandLine.describe("What `read` must print, before the backup and again after the restore."),
});

const OwnTest = z.strictObject({
  name: words().describe("What a report calls it."),
  service: Service.optional().describe(
    "The service that the test is for: one of its tasks has to run. Default: the one that the recipe gives to the proxy, else `app`.",
  ),
  image: z
    .string()
    .regex(/^[\w][\w./:@-]{0,254}$/, { error: "must be the name of an image, such as `alpine:3.22`" })
    .optional()
    .describe("The image of the test's container. Default: that of the service."),
  command: z
    .array(Text, unless("must be a list such as `[sh, /tests/home.sh]`"))
    .min(1, { error: "is empty" })
    .max(100)
    .refine(([first]) => first !== "", { error: "is empty" })
    .describe("What is run, word by word; no shell reads it. The recipe's folder `tests/` is at /tests."),
  timeout: Duration.optional().describe("How long it may take. Default: `timeouts.test`."),
  env: z
    .record(VariableName, Text)
    .default({})
    .describe(
      "Variables of the test's container, beside DOMAIN, STACK_NAME and PORT. Values may refer to dependencies.",
    ),
});

const Dependency = z.strictObject({
  repository: Repository.describe(
    "The recipe that is deployed first: `owner/name` on the same GitHub, or an `https://` address.",
  ),
  version: Ref.optional().describe("A tag, a branch or a full commit of it. Default: its newest release."),
  env: Env.default({}).describe("What its .env.sample would say otherwise."),
  secrets: Secrets.default({}).describe("Its secrets that are not generated, by name. They are public."),
});

export const RecipeConfigYaml = z
  .strictObject({
    run_on_push: z
      .boolean()
      .default(false)
      .describe("Whether each push to an open pull request is tested without a comment."),
    stages: z
      .array(StageName, unless("must be a list of stages, such as `[install, upgrade]`"))
      .min(1, { error: "must name at least one stage" })
      .default([...STAGE_NAMES])
      .describe("The stages that a plain `!testme` takes. One that is left out here counts as not shown."),
    skip: z
      .partialRecord(StageName, words())
      .default({})
      .describe("Stages that make no sense for this recipe, each with the reason, in a few words."),
    probes: z
      .array(Probe)
      .max(20)
      .default([])
      .describe(
        "What the app has to answer to count as serving. Default: GET / on the port that the recipe gives to the proxy.",
      ),
    timeouts: Timeouts.default({}).describe("How long things may take, as durations such as 90s, 15m or 1h."),
    env: Env.default({}).describe(
      `What .env.sample would say otherwise. Values may refer to dependencies, as in \`\${sso.domain}\`; \`$$\` is a \`$\`.`,
    ),
    secrets: Secrets.default({}).describe(
      "Secrets that are marked `generate=false`, by name. They are public: never write a real one here. Values may refer to dependencies.",
    ),
    overlay: OverlayName.optional().describe(
      "A compose file, beside compose.yml on the target branch, that suits the recipe to the test environment, and nothing more.",
    ),
    markers: z
      .array(Marker)
      .max(50)
      .default([])
      .describe("Data that has to survive backup, wipe and restore."),
    tests: z
      .array(OwnTest)
      .max(100)
      .default([])
      .describe(
        "The recipe's own tests. Each runs in a container that shares the network namespace of a service.",
      ),
    memory: Memory.optional().describe(
      "How much memory has to be free on the host before the run begins, such as 512M or 2G.",
    ),
    dependencies: z
      .record(DependencyName, Dependency)
      .default({})
      .describe("Other recipes, by a name of your choice, that are deployed first."),
    upgrade: z
      .strictObject({
        from: Ref.optional().describe(
          "The version to upgrade from: a tag, a branch or a full commit. Default: the last commit that passed a whole run, else the newest release, else the target branch.",
        ),
      })
      .default({})
      .describe("How the upgrade stage is taken."),
  })
  .describe(
    "What a Co-op Cloud recipe asks of testme. Read from the branch that a pull request wants to merge into.",
  );
export type RecipeConfigYaml = z.infer<typeof RecipeConfigYaml>;
