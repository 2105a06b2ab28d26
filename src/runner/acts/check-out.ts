/** Puts the run's tree at a version and reads the recipe there; what cannot be deployed is noted as a complaint. */
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { checkBumped } from "../../recipe/check-bumped.ts";
import type { Commit } from "../../recipe/commit.ts";
import { judgeOverlay } from "../../recipe/overlay-policy.ts";
import { policyFor } from "../../recipe/policy/policy.ts";
import { keysAt, readSource } from "../../recipe/yaml-source.ts";
import { givenBy } from "../given.ts";
import { readRecipe } from "../read-recipe.ts";
import type { StepTools, Trees, Work } from "../work.ts";
import type { Executor } from "./executor.ts";

export const checkOut =
  ({ git, deployer, policy, now }: StepTools, work: Work): Executor<"check-out"> =>
  async (_lease, { version }) => {
    const at = () => now().toISOString();
    work.doing(`checking out ${version.ref}`);
    await placeTree(git, work, version.commit);
    await placeOverlay(work);
    const got = await git.headOf(work.directory);
    work.note({ is: "checked-out", at: at(), wanted: version.commit, got: got.commit, isDirty: got.isDirty });
    const before = work.standing.rolledOut;
    const allowed = policyFor(policy, work.repository);
    const read = await readRecipe(git, deployer, work, givenBy(work), allowed);
    const said = "app" in read ? before && checkBumped(before.named, read.named, read.sources) : read;
    for (const complaint of [said ?? []].flat()) work.note({ is: "complaint", at: at(), ...complaint });
    if (said || !("app" in read)) return;
    if (work.overlay) {
      const own = [...read.sources].filter(([file]) => file !== work.overlay?.name);
      const judged = judgeOverlay(work.overlay.name, work.overlay.text, servicesIn(own));
      if (judged.is === "read")
        work.note({ is: "overlay", at: at(), file: work.overlay.name, remarks: judged.remarks });
    }
    work.standing.recipe = read;
    work.note({ is: "declared", at: at(), services: read.declared });
  };

const placeTree = async (
  git: Trees,
  { standing, mirror, directory }: Work,
  commit: Commit,
): Promise<void> => {
  await (standing.tree ? git.moveTree(directory, commit) : git.addTree(mirror, directory, commit));
  standing.tree = { mirror, directory };
};

/** Beside the tree, so that the tree stays what the commit holds. */
const placeOverlay = async ({ overlay, scratch }: Work): Promise<void> => {
  if (overlay === null) return;
  await mkdir(scratch, { recursive: true });
  await writeFile(join(scratch, overlay.name), overlay.text);
};

const servicesIn = (sources: readonly (readonly [file: string, text: string])[]): string[] => [
  ...new Set(sources.flatMap(([file, text]) => keysAt(readSource(file, text), ["services"]))),
];
