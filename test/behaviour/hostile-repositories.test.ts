/**
 * Repositories that try to have the bot's own host do something: by what git runs or unfolds, by names, by files that cost more to
 * read than to write. Each program among them would touch a canary beside the bot's data.
 */
import { mkdir, readdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { openOrigin } from "../support/origin.ts";
import { baseVersion, recipeFiles, type Story } from "../support/recipes.ts";
import { openWorld } from "../support/world.ts";

type Origin = ReturnType<typeof openOrigin>;
type Entries = Parameters<Origin["tree"]>[0];
/** `touch` is a command line that a host would run. */
type Hostile = (origin: Origin, touch: string) => { files?: Record<string, string>; entries?: Entries };

/** A world of that one proposal, and where the canary would be. */
const propose = async (hostile: Hostile, more: Parameters<typeof openWorld>[0] = {}) => {
  let nest = "";
  const write = async (folder: string, name: string): Promise<Story> => {
    await mkdir(folder, { recursive: true });
    nest = join(folder, "nest");
    await mkdir(nest);
    await writeFile(join(nest, "own"), "");
    const origin = openOrigin(folder, name);
    const { files = {}, entries = [] } = hostile(origin, `touch ${join(nest, "canary")}`);
    const flat = (all: Record<string, string>) =>
      Object.entries(all).map(([called, text]) => ({
        mode: "100644" as const,
        of: origin.blob(text),
        name: called,
      }));
    const sorted = (all: Entries) =>
      all.toSorted((a, b) => Buffer.compare(Buffer.from(a.name), Buffer.from(b.name)));
    const plain = recipeFiles(name, {});
    const base = origin.put(origin.tree(sorted(flat(plain))));
    origin.git(["tag", baseVersion, base]);
    const head = origin.put(origin.tree(sorted([...flat({ ...plain, ...files }), ...entries])), {
      branch: "change",
      parent: base,
    });
    origin.git(["update-ref", "refs/heads/main", base]);
    return { path: origin.url, base, head };
  };
  const world = await openWorld({ recipes: { wiki: write }, stages: ["install"], ...more });
  await world.comment("!testme");
  await world.settled();
  const { conclusion, output } = world.check("install");
  return { world, conclusion, output, nest: await readdir(nest) };
};

test("hooks, filters, submodules and settings of a repository are texts to the bot", async () => {
  const { conclusion, nest } = await propose((origin, touch) => ({
    files: {
      ".gitattributes": "* filter=evil diff=evil merge=evil\n*.yml filter=lfs working-tree-encoding=UTF-16\n",
      ".gitconfig": `[filter "evil"]\n\tsmudge = ${touch}\n[core]\n\tfsmonitor = ${touch}\n\tsshCommand = ${touch}\n`,
      ".gitmodules": `[submodule "x"]\n\tpath = x\n\turl = ext::sh -c "${touch}"\n`,
      ".lfsconfig": `[lfs]\n\turl = file:///etc\n[lfs "customtransfer.x"]\n\tpath = ${touch}\n`,
    },
    entries: [
      {
        mode: "40000",
        of: origin.tree([
          { mode: "100755", of: origin.blob(`#!/bin/sh\n${touch}\n`), name: "post-checkout" },
        ]),
        name: "hooks",
      },
      { mode: "160000", of: "1".repeat(40), name: "x" },
    ],
  }));
  expect(conclusion).toBe("success");
  expect(nest).toEqual(["own"]);
});

test("a file that would lie in git's own folder is not written, and no green comes of it", async () => {
  const { world, conclusion, nest } = await propose((origin, touch) => {
    const hook = origin.blob(`#!/bin/sh\n${touch}\n`);
    const hooks = origin.tree([{ mode: "100755", of: hook, name: "post-checkout" }]);
    return {
      entries: [
        { mode: "40000", of: origin.tree([{ mode: "40000", of: hooks, name: "hooks" }]), name: ".git" },
      ],
    };
  });
  expect(conclusion).not.toBe("success");
  expect(nest).toEqual(["own"]);
  world.takeErrors();
});

test("nor one that would lie above the tree", async () => {
  const { world, conclusion, nest } = await propose((origin) => ({
    entries: [
      {
        mode: "40000",
        of: origin.tree([{ mode: "100644", of: origin.blob("x"), name: "canary" }]),
        name: "..",
      },
    ],
  }));
  expect(conclusion).not.toBe("success");
  expect(nest).toEqual(["own"]);
  world.takeErrors();
});

test("a submodule that names its own program is git's no, and no green", async () => {
  const { world, conclusion, nest } = await propose((_, touch) => ({
    files: { ".gitmodules": `[submodule "x"]\n\tpath = x\n\turl = ./x\n\tupdate = !${touch}\n` },
    entries: [{ mode: "160000", of: "1".repeat(40), name: "x" }],
  }));
  expect(conclusion).not.toBe("success");
  expect(nest).toEqual(["own"]);
  world.takeErrors();
});

test("names of branches and tags are names, whatever a shell or git would read in them", async () => {
  const { world, conclusion, nest } = await propose(
    (origin, touch) => {
      const commit = origin.put(origin.flat({ a: "" }), { branch: "other" });
      for (const name of [
        "--upload-pack=touch",
        "$(touch)",
        "`touch`;touch",
        "a|touch",
        "-",
        "--exec=sh",
        "9.9.9+1;touch",
      ]) {
        origin.git(["update-ref", `refs/heads/${name}`, commit]);
        origin.git(["update-ref", `refs/tags/${name}`, commit]);
      }
      return { files: { ".env.sample": `TIMEOUT=20\nX=$(${touch})\nY=\`${touch}\`\n` } };
    },
    { stages: ["install", "upgrade"] },
  );
  expect(conclusion).toBe("success");
  expect(world.check("upgrade").conclusion).toBe("success");
  expect(nest).toEqual(["own"]);
});

const bomb = (deep: number): string =>
  [
    `x0: &a0 [${"lol,".repeat(9)}lol]`,
    ...Array.from({ length: deep }, (_, i) => `x${i + 1}: &a${i + 1} [${`*a${i},`.repeat(9)}*a${i}]`),
    "version: '3.8'\nservices: {app: {image: x}}\n",
  ].join("\n");

test.each([
  ["aliases of aliases", bomb(12)],
  ["nesting without an end", `x: ${"[".repeat(50_000)}${"]".repeat(50_000)}\n`],
  ["an alias to itself", "x: &a [*a]\nservices: {app: {image: x}}\n"],
])("a compose file of %s is the recipe's own trouble, and soon told", async (_, text) => {
  const { conclusion, output } = await propose(() => ({ files: { "compose.yml": text } }));
  expect(conclusion).toBe("failure");
  expect(output.title).toContain("Invalid recipe: compose.yml");
});

test("a repository that is larger than there is room for is nobody's failure, and says which setting bounds it", async () => {
  const { world, conclusion, output } = await propose(() => ({ files: { notes: "x".repeat(300_000) } }), {
    repositoryBytes: 200_000,
  });
  expect(conclusion).toBe("action_required");
  expect(output.summary).toContain("is larger than this bot keeps of a repository");
  expect(output.summary).toContain("MAX_REPOSITORY");
  world.takeErrors();
});
