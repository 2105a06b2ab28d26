/** Puts the run's tree at a version and reads the recipe there; what cannot be deployed is noted as a complaint. */
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { checkBumped } from "../../recipe/check-bumped.ts";
import type { Commit } from "../../recipe/commit.ts";
import { judgeOverlay, overlayWithin } from "../../recipe/overlay-policy.ts";
import { policyFor } from "../../recipe/policy/policy.ts";
import { keysAt, readSource } from "../../recipe/yaml-source.ts";
import { givenBy } from "../given.ts";
import type { Overlay } from "../read-config.ts";
import { readRecipe } from "../read-recipe.ts";
import type { StepTools, Trees, Work } from "../work.ts";
import type { Executor } from "./executor.ts";

export const checkOut =
  ({ git, deployer, policy, now }: StepTools, work: Work): Executor<"check-out"> =>
  async (_lease, { version }) => {
    const at = () => now().toISOString();
    work.doing(`checking out ${version.ref}`);
    await placeTree(git, work, version.commit);
    const got = await git.headOf(work.directory);
    work.note({ is: "checked-out", at: at(), wanted: version.commit, got: got.commit, isDirty: got.isDirty });
    const before = work.standing.rolledOut;
    const allowed = policyFor(policy, work.repository);
    const readWith = async (overlay: Overlay | null) => {
      await placeOverlay(work.scratch, overlay);
      return readRecipe(git, deployer, { ...work, overlay }, givenBy(work), allowed);
    };
    const asked = work.overlay;
    const overlay = asked && version.is === "base" ? within(asked, await readWith(null)) : asked;
    const read = await readWith(overlay);
    const said = "app" in read ? before && checkBumped(before.named, read.named, read.sources) : read;
    for (const complaint of [said ?? []].flat()) work.note({ is: "complaint", at: at(), ...complaint });
    if (said || !("app" in read)) return;
    if (overlay) {
      const own = [...read.sources].filter(([file]) => file !== overlay.name);
      const judged = judgeOverlay(overlay.name, overlay.text, servicesIn(own));
      if (judged.is === "read")
        work.note({ is: "overlay", at: at(), file: overlay.name, remarks: judged.remarks });
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

/** The branch's overlay may suit services that only a newer version has. */
const within = (overlay: Overlay, read: Awaited<ReturnType<typeof readRecipe>>): Overlay =>
  "app" in read
    ? {
        ...overlay,
        text: overlayWithin(
          overlay.text,
          read.config.services.map(({ name }) => name),
        ),
      }
    : overlay;

/** Beside the tree, so that the tree stays what the commit holds. */
const placeOverlay = async (scratch: string, overlay: Overlay | null): Promise<void> => {
  if (overlay === null) return;
  await mkdir(scratch, { recursive: true });
  await writeFile(join(scratch, overlay.name), overlay.text);
};

const servicesIn = (sources: readonly (readonly [file: string, text: string])[]): string[] => [
  ...new Set(sources.flatMap(([file, text]) => keysAt(readSource(file, text), ["services"]))),
];
