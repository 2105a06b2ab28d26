/**
 * The arrows between the rooms. Each rule's comment says what to do instead.
 */
const pure = "^src/(recipe|command|stages|verdict|run|report)/";
const edges = "^src/(github|git|swarm|store|web)/";
const adapters =
  "^src/(github/octokit-github|git/simple-git|swarm/(dockerode-swarm|docker-stack-deployer|docker-second-writer|abra-deployer)|store/(sqlite-store|postgres-store|evidence-store))\\.ts$";
/** Each command of the terminal, in src/cli/, is an entry too. */
const entries = "^src/((main|bot|app|cli|world|config)\\.ts$|cli/)";
/** Rooms in order: a room may import those before it, never those after. */
const order = ["recipe", "stages", "verdict", "run", "report"];
const neverBack = order.flatMap((room, at) =>
  at === order.length - 1
    ? []
    : [
        {
          name: `${room}-looks-back`,
          comment: "The pure rooms have an order. Move what both need to the earlier room, or pass it in.",
          severity: "error",
          from: { path: `^src/${room}/` },
          to: { path: `^src/(${order.slice(at + 1).join("|")})/` },
        },
      ],
);

const oneDoor = (library, rooms) => ({
  name: `one-door-for-${library.replaceAll(/\W/g, "-")}`,
  comment: `${library} has one door (${rooms}). Ask that room's interface instead.`,
  severity: "error",
  from: { path: "^src/", pathNot: rooms },
  to: { path: `node_modules/${library}/` },
});

export default {
  forbidden: [
    {
      name: "no-cycles",
      comment: "Two files that need each other are one file, or hide a third.",
      severity: "error",
      from: {},
      to: { circular: true },
    },
    {
      name: "no-orphans",
      comment: "Nothing uses this file: delete it.",
      severity: "error",
      from: { orphan: true, path: "^src/", pathNot: entries },
      to: {},
    },
    {
      name: "pure-stays-pure",
      comment: "A pure room decides and never acts. Let the runner fetch what it needs and pass it in.",
      severity: "error",
      from: { path: pure },
      to: { path: "^(src|test)/", pathNot: pure },
    },
    {
      name: "pure-has-no-outside",
      comment: "No clock, no files, no packages in a pure room (zod and yaml in recipe/ only).",
      severity: "error",
      from: { path: pure, pathNot: "^src/recipe/" },
      to: { dependencyTypes: ["core", "npm", "npm-dev"] },
    },
    {
      name: "recipe-parses-with-zod-and-yaml",
      comment:
        "recipe/ may use zod and yaml, what finds the nearest word, what reads addresses, and nothing else from outside.",
      severity: "error",
      from: { path: "^src/recipe/" },
      to: {
        dependencyTypes: ["core", "npm", "npm-dev"],
        pathNot: "node_modules/(zod|yaml|fastest-levenshtein|ipaddr.js)/",
      },
    },
    ...neverBack,
    {
      name: "command-stands-alone",
      comment: "What a person may say depends on nothing else.",
      severity: "error",
      from: { path: "^src/command/" },
      to: { path: "^src/", pathNot: "^src/command/" },
    },
    {
      name: "edges-never-meet",
      comment: "An edge speaks to one outside party. Join two of them in the runner.",
      severity: "error",
      from: { path: "^src/(github|git|swarm|store|web)/" },
      to: { path: edges, pathNot: "^src/$1/" },
    },
    {
      name: "edges-do-not-drive",
      comment: "An edge is asked; it imports pure rooms for their words, never the runner or an entry.",
      severity: "error",
      from: { path: edges },
      to: { path: ["^src/runner/", entries] },
    },
    {
      name: "adapters-only-in-world",
      comment: "Import the interface beside it; world.ts alone builds the adapter.",
      severity: "error",
      from: { path: "^src/", pathNot: "^src/world\\.ts$" },
      to: { path: adapters },
    },
    {
      name: "only-the-lock-makes-leases",
      comment: "A lease is proof of the lock. Take the type; let runner/app-domain-lock.ts make it.",
      severity: "error",
      from: { path: "^src/", pathNot: "^src/runner/app-domain-lock\\.ts$" },
      to: { path: "^src/run/lease\\.ts$", dependencyTypesNot: ["type-only"] },
    },
    {
      name: "nothing-imports-an-entry",
      comment: "main, app and cli are where things start. world and config serve them only.",
      severity: "error",
      from: { path: "^src/", pathNot: entries },
      to: { path: entries },
    },
    {
      name: "only-the-command-checks-itself",
      comment: "The self-check drives the runner as a run does; nothing that a run needs may depend on it.",
      severity: "error",
      from: { path: "^src/", pathNot: "^src/(selfcheck|cli)/" },
      to: { path: "^src/selfcheck/" },
    },
    {
      name: "src-never-sees-test",
      comment: "Tests know the code, never the other way round.",
      severity: "error",
      from: { path: "^src/" },
      to: { path: "^(test|scripts)/" },
    },
    {
      name: "only-the-world-watches",
      comment:
        "Nothing that works may know that it is counted. Let world.ts put the watch before an edge, or a listener in.",
      severity: "error",
      from: { path: "^src/", pathNot: "^src/(metrics/|(world|bot)\\.ts$)" },
      to: { path: "^src/metrics/" },
    },
    oneDoor("dockerode", "^src/swarm/"),
    oneDoor("simple-git", "^src/git/"),
    oneDoor("probot", "^src/(github/|app\\.ts|bot\\.ts)"),
    oneDoor("async-mutex", "^src/(runner|store)/"),
    oneDoor("p-queue", "^src/runner/"),
    oneDoor("p-retry", "^src/(runner|store)/"),
    oneDoor("pg", "^src/store/postgres/"),
    oneDoor("prom-client", "^src/metrics/"),
    oneDoor("rate-limiter-flexible", "^src/door/"),
    oneDoor("fastest-levenshtein", "^src/recipe/config/"),
  ],
  options: {
    doNotFollow: { path: "node_modules" },
    tsPreCompilationDeps: "specify",
    tsConfig: { fileName: "tsconfig.json" },
    enhancedResolveOptions: { extensions: [".ts", ".mjs", ".js", ".json"] },
  },
};
