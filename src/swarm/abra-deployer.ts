/**
 * Deploys as the people of Co-op Cloud do: with abra itself, in its chaos mode, which takes the recipe's HEAD as it lies there,
 * asks the network for nothing and stamps what it deployed. abra writes its own labels, so all that we add are our marks.
 * What docker would refuse is still for docker to say: `config` is another deployer's.
 */
import { rm } from "node:fs/promises";
import { join } from "node:path";
import type { Commit } from "../recipe/commit.ts";
import { marksIn } from "../recipe/marks.ts";
import { limitsPids } from "../recipe/merged.ts";
import { marksOverlayOf } from "../recipe/overlay.ts";
import type { Lease } from "../run/lease.ts";
import { Fault } from "../verdict/fault.ts";
import { appName, layOut, recipeIn } from "./abra/home.ts";
import { type Abra, type Printed, runAbra } from "./abra/run-abra.ts";
import { givenUp, plain } from "./abra/said.ts";
import type { App, Deployer } from "./deployer.ts";
import type { SwarmReader } from "./swarm.ts";

export type AbraDeployer = Abra & {
  version: string;
  /** Whose stacks these are. */
  owner: string;
  parser: Pick<Deployer, "config">;
  swarm: Pick<SwarmReader, "read">;
  /** A repository of its own at `directory`, from that tree's, at that commit. */
  cloneTree: (tree: string, directory: string, commit: Commit) => Promise<void>;
};

/** Beside the recipe's tree, under a name that no repository can have. */
const HOME = "~abra";
/**
 * Deploy the HEAD that is there (`chaos`), over what stands (`force`), fetch nothing (`offline`), ask nothing (`no-input`). Whether
 * the app's domain points here is nothing to a test, and how the rollout goes is the recorder's to see.
 */
const FLAGS = ["--chaos", "--force", "--offline", "--no-input", "--no-domain-checks", "--no-converge-checks"];

export const abraDeployer = (abra: AbraDeployer): Deployer => ({
  name: `abra ${abra.version}`,
  addsToTree: true,
  limitsPids,
  config: (app) => abra.parser.config(app),
  async deploy(lease, app, { commit, composeVersion, lent }) {
    const { appDomain } = app.stack;
    lease.assertCovers(appDomain);
    const home = join(app.scratch, HOME);
    const marks = { owner: abra.owner, run: lease.holder, appDomain };
    // A process that was killed may have left one.
    await rm(home, { recursive: true, force: true });
    try {
      const clone = (directory: string) => abra.cloneTree(app.directory, directory, commit);
      await layOut(home, app, clone, marksOverlayOf({ composeVersion, marks, lent }));
      const printed = await runAbra(abra, home, ["app", "deploy", appName(app), ...FLAGS]);
      const said = wordsOf(printed).replaceAll(`${recipeIn(home, app)}/`, "");
      if (printed.exitCode === 0) await assertArrived(abra, lease, app);
      else assertRecipes(said);
      return { exitCode: printed.exitCode, said };
    } finally {
      await rm(home, { recursive: true, force: true });
    }
  },
});

const wordsOf = ({ exitCode, stdout, stderr }: Printed): string =>
  (exitCode === 0 ? null : givenUp(stdout)) ?? plain(`${stdout}\n${stderr}`);

/** abra looks for its engine by itself. That it found another would look as if the recipe had deployed nothing. */
const assertArrived = async ({ swarm, version, dockerHost }: AbraDeployer, lease: Lease, app: App) => {
  const { services } = await swarm.read(app.stack.name, null);
  if (services.some(({ spec }) => marksIn(spec.labels)?.run === lease.holder)) return;
  throw new Fault(
    "bot",
    `abra ${version} says that it deployed ${app.stack.appDomain}, and nothing of it is on the engine at ${dockerHost}`,
    "It deploys to the engine of its docker context `default`: let DOCKER_HOST name that one, and look there for what it left.",
  );
};

/** What abra says when the trouble is not the recipe's but ours, or the host's. */
const OURS =
  /^(Error: )?unknown (shorthand )?(command|flag)|inappropriate ioctl for device|already deployed|locally unstaged changes|unknown server|repository does not exist/im;
const HOSTS =
  /cannot connect to the docker daemon|error during connect|connection refused|update out of sequence|no space left|not a swarm manager/i;

const assertRecipes = (said: string): void => {
  const message = `abra app deploy: ${said}`;
  if (HOSTS.test(said)) throw new Fault("engine", message, "See that the engine is up.");
  if (OURS.test(said))
    throw new Fault(
      "bot",
      message,
      "This abra may be too new or too old; let DEPLOYER be docker until then.",
    );
};
