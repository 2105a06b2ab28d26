/**
 * Who carries out a step. Every act of every stage goes through this table, which is total by its type; each notes what it
 * saw and decides nothing. The mutating acts hand the run's lease on to the edges that demand it.
 */
import { randomBytes } from "node:crypto";
import { setTimeout as delay } from "node:timers/promises";
import type { Git, Mirror } from "../git/git.ts";
import { secretsToMake } from "../recipe/secrets.ts";
import { abraLabel, routedPort, timeoutMs } from "../recipe/stack-config.ts";
import { STAMPED, stampLabel, stampOf } from "../recipe/stamp.ts";
import type { Lease } from "../run/lease.ts";
import type { Act, Step, Version } from "../stages/stage.ts";
import type { Deployer } from "../swarm/deployer.ts";
import { recordRollout } from "../swarm/rollout-recorder.ts";
import type { Swarm } from "../swarm/swarm.ts";
import { Fault } from "../verdict/fault.ts";
import type { Expectation, Observation, ProbeAnswer } from "../verdict/observation.ts";
import { isServing } from "../verdict/serving.ts";
import { followRollout } from "./follow-rollout.ts";
import { type Place, type Recipe, readRecipe } from "./read-recipe.ts";

export type Executors = { [A in Act]: (lease: Lease, step: Step<A>) => Promise<void> };
export type Tools = { git: Git; swarm: Swarm; deployer: Deployer; now: () => Date };
export type Work = Place & {
  mirror: Mirror;
  /** All that this stage has seen so far. */
  observations: Observation[];
  note: (observation: Observation) => void;
  /** Says what is being waited for, for those who watch. */
  doing: (what: string) => void;
  signal: AbortSignal;
};

const ASK_AGAIN_MS = 500;

export const executorsFor = (tools: Tools, work: Work): Executors => {
  const { git, swarm, deployer, now } = tools;
  const at = () => now().toISOString();
  let current: Recipe | null = null;
  const recipe = (): Recipe => {
    if (current) return current;
    throw new Error("a stage has to check a version out before it rolls it out");
  };
  return {
    async "check-out"(_lease, { version }) {
      work.doing(`checking out ${version.ref}`);
      await placeTree(git, work, version.commit);
      const got = await git.headOf(work.directory);
      work.note({
        is: "checked-out",
        at: at(),
        wanted: version.commit,
        got: got.commit,
        isDirty: got.isDirty,
      });
      const read = await readRecipe(git, deployer, work);
      if ("app" in read) current = read;
      else work.note({ is: "complaint", at: at(), ...read });
    },
    async "roll-out"(lease, { version }) {
      const { app, config, composeVersion } = recipe();
      work.doing(`deploying ${version.ref}`);
      await makeRoom(swarm, lease, recipe());
      const expectation = expectationOf(recipe(), version);
      const tree = await git.headOf(work.directory);
      const stamp = { label: expectation.stampLabel, value: stampOf(version.commit, tree.isDirty) };
      const deadlineMs = timeoutMs(config, app.stack.name, app.values);
      const recorder = await recordRollout(swarm, expectation, stamp, work.note, now);
      try {
        const label = abraLabel(config, app.stack.name, "version");
        const said = await deployer.deploy(lease, app, { ...tree, version: label, composeVersion });
        await recorder.look();
        work.note({ is: "deployed", at: at(), by: deployer.name, ...said });
        await followRollout({ ...work, recorder, deadlineMs, now });
      } finally {
        await recorder.stop();
      }
    },
    async probe(lease, { version }) {
      const { app, config } = recipe();
      const route = routedPort(config);
      if (!route) return;
      work.doing(`asking ${app.recipe}_${route.service} at ${version.ref} whether it serves`);
      const deadline = now().getTime() + timeoutMs(config, app.stack.name, app.values);
      for (;;) {
        const answer = await askService(swarm, lease, recipe(), route);
        if (isServing(answer) || now().getTime() > deadline) {
          const service = `${app.recipe}_${route.service}`;
          work.note({ is: "probe", at: at(), service, port: route.port, answer });
          return;
        }
        // Nothing tells when an app begins to answer.
        await delay(ASK_AGAIN_MS, undefined, { signal: work.signal });
      }
    },
    async remove(lease, { why }) {
      work.doing(`clearing the engine of ${work.stack.name}: ${why}`);
      await swarm.removeStack(lease, work.stack);
    },
  };
};

const placeTree = async (
  git: Git,
  work: Work,
  commit: Step<"check-out">["version"]["commit"],
): Promise<void> => {
  const isThere = work.observations.some((o) => o.is === "checked-out");
  await (isThere ? git.moveTree(work.directory, commit) : git.addTree(work.mirror, work.directory, commit));
};

/** What a recipe expects of its host: the networks it shares with others, and its own secrets. */
const makeRoom = async (swarm: Swarm, lease: Lease, { app, config, annotations }: Recipe): Promise<void> => {
  for (const network of config.externalNetworks)
    if (!(await swarm.hasNetwork(network)))
      throw new Fault(
        "engine",
        `The recipe expects the network ${network}, and the engine has none of that name`,
        "Create that network there (overlay, attachable).",
      );
  for (const { name, length } of secretsToMake(config, app.stack.name, annotations))
    await swarm.ensureSecret(lease, app.stack, name, randomBytes(length).toString("hex").slice(0, length));
};

const expectationOf = ({ app, config }: Recipe, { commit, is }: Version): Expectation => {
  const fullName = (service: string) => `${app.stack.name}_${service}`;
  return {
    recipe: app.recipe,
    stack: app.stack.name,
    commit,
    stampLabel: stampLabel(app.stack.name),
    stampedService: fullName(STAMPED),
    services: config.services.map((s) => fullName(s.name)),
    isUnderTest: is === "head",
  };
};

const askService = async (
  swarm: Swarm,
  lease: Lease,
  { app }: Recipe,
  route: { service: string; port: number },
): Promise<ProbeAnswer> => {
  const { services, tasks, upToDate } = await swarm.read(app.stack.name, null);
  const service = services.find((s) => s.name === `${app.stack.name}_${route.service}`);
  const task = tasks.find(
    (t) => t.service === service?.id && t.state === "running" && upToDate.includes(t.id),
  );
  if (!task?.container) return { is: "none", reason: "no task of the service is running" };
  const target = { container: task.container, port: route.port, path: "/", host: app.stack.appDomain };
  return swarm.probe(lease, app.stack, target);
};
