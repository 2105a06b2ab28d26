// biome-ignore-all lint/suspicious/noTemplateCurlyInString: compose's interpolation, not JavaScript's.
// docs/policy.md is written from the rules themselves: `vitest -u` writes it anew, and this fails where it says something else.
import { expect, it } from "vitest";
import { RULE_NAMES, RULES } from "../../../../src/recipe/policy/judge.ts";
import { defaultPolicy, parsePolicy } from "../../../../src/recipe/policy/policy.ts";
import { SOURCE_RULES, type SourceRule } from "../../../../src/recipe/policy/sources.ts";

const example = `{
  "networks": ["proxy", "backbone"],
  "registries": ["docker.io", "git.coopcloud.tech"],
  "maxMemoryBytes": 4294967296,
  "exceptions": {
    "coop-cloud/traefik": { "published-ports": ["80", "443"], "docker-socket": true },
    "*": { "sysctls": ["net.core.somaxconn"] }
  }
}`;

const reference = `# What a recipe may ask for

A recipe is run on the bot's own engine, on a comment. What it may ask for there is decided by the bot's operator, in the setting \`POLICY\`,
and by nothing that lies in a repository. It is judged on the stack as \`docker stack config\` prints it: all files merged, testme.yml's overlay
among them, every variable filled in. The head is judged, the base of an upgrade, and each recipe that testme.yml brings up
beside it. A refusal is a red check at its file and line, and nothing of the stack is made. What no rule knows is refused too.

A dependency that is refused ends the run as one that does not come up does.

## The setting

\`POLICY\` is JSON, or the path of a file that holds it. Left out, it is:

\`\`\`json
${JSON.stringify(defaultPolicy, null, 2)}
\`\`\`

\`networks\` are external networks that stacks may join. \`registries\` are those that images may come from, those of a recipe's own tests as well, and \`null\` is all. \`managerLabels\` are labels of
nodes that no recipe may ask for. The four ceilings are of a stack's services, a service's replicas, and a task's memory and CPUs. \`defaults\` are the
limits of one task (bytes, CPUs, processes with their threads) that the bot lends to each service which sets none, never less than it reserves and no more
CPUs than the smallest node has; \`null\` lends none. The base of an upgrade gets the same, and so does what stands beside it. Each check says
what was lent, and a task that dies of a lent limit is told as that. abra sets no limit of processes where compose files have a \`version:\` before 3.9. \`exceptions\` go by
repository: \`owner/name\` (a recipe on a disk: the name of its folder; a dependency: as testme.yml names it), or \`*\` for all. For
each rule there stand the values that are allowed, or \`true\` for all of them; a value is a path, a port, a name or a key, as the refusal
names it. An exception holds for whatever commit is tested, a stranger's as well.

\`\`\`json
${example}
\`\`\`

## Rules of the stack

${section(RULES)}

## Rules of the files

They hold before docker is let near the files, and have no exception.

${section(SOURCE_RULES)}
`;

function section(rules: readonly SourceRule[]): string {
  const rows = rules.map(({ name, refuses }) => `| [\`${name}\`](#${name}) | ${refuses} |`);
  return ["| rule | refuses |", "| --- | --- |", ...rows, "", ...rules.map(entry)].join("\n").trimEnd();
}

function entry({ name, refuses, why, instead }: SourceRule): string {
  return `### ${name}\n\n${refuses}.\n\n**Why.** ${why}\n\n**The way out.** ${instead[0]?.toUpperCase()}${instead.slice(1)}.\n`;
}

it("the reference says what the rules say", async () => {
  await expect(reference).toMatchFileSnapshot("../../../../docs/policy.md");
});

it("its example is a policy", () => {
  expect(parsePolicy(example, RULE_NAMES)).toMatchObject({ is: "policy" });
});

it("each rule has a name of its own, and says why and the way out", () => {
  const all = [...RULES, ...SOURCE_RULES];
  expect(new Set(all.map(({ name }) => name)).size).toBe(all.length);
  for (const { name, refuses, why, instead } of all) {
    expect(name).toMatch(/^[a-z]+(-[a-z]+)*$/);
    expect(refuses).not.toMatch(/\.$/);
    expect(why).toMatch(/\.$/);
    expect(instead).not.toMatch(/\.$/);
  }
});
