/** Deploys what is checked out over whatever stands, with the flight recorder at it, until the rules call it settled. */
import { type Lent, lentTo } from "../../recipe/policy/lent.ts";
import { policyFor } from "../../recipe/policy/policy.ts";
import { plainName } from "../../recipe/secrets.ts";
import { abraLabel, timeoutMs } from "../../recipe/stack-config.ts";
import { STAMPED, stampLabel, stampOf } from "../../recipe/stamp.ts";
import type { Lease } from "../../run/lease.ts";
import type { Version } from "../../stages/stage.ts";
import { recordRollout } from "../../swarm/recorder/rollout-recorder.ts";
import { redactor } from "../../swarm/redaction.ts";
import type { Swarm } from "../../swarm/swarm.ts";
import { Fault } from "../../verdict/fault.ts";
import type { Expectation } from "../../verdict/observation.ts";
import { followRollout } from "../follow-rollout.ts";
import { makeSecret } from "../make-secret.ts";
import type { Recipe } from "../read-recipe.ts";
import { recipeOf, type Standing, type StepTools, type Work } from "../work.ts";
import type { Executor } from "./executor.ts";

export const rollOut =
  ({ git, swarm, deployer, policy, now }: StepTools, work: Work): Executor<"roll-out"> =>
  async (lease, { version }) => {
    const recipe = recipeOf(work);
    const { app, config, composeVersion } = recipe;
    const at = () => now().toISOString();
    work.doing(`deploying ${version.ref}`);
    work.note({ is: "locked", at: at(), appDomain: lease.appDomain, by: lease.holder });
    await makeRoom(swarm, lease, recipe, work.standing);
    const can = { cpus: await swarm.cpus(), pids: deployer.limitsPids(composeVersion) };
    const lent = lentTo(recipe.merged, policyFor(policy, work.repository), can);
    const expectation = expectationOf(recipe, version, lent);
    const tree = await git.headOf(work.directory);
    const stamp = {
      label: expectation.stampLabel,
      value: stampOf(version.commit, tree.isDirty || deployer.addsToTree),
    };
    const deadlineMs = work.config.timeouts.rolloutMs ?? timeoutMs(config, app.stack.name, app.values);
    work.allow(deadlineMs);
    const redact = redactor(app.values, work.standing.secrets);
    const recorder = await recordRollout({ swarm, expectation, stamp, note: work.note, now, redact });
    try {
      const label = abraLabel(config, app.stack.name, "version");
      const { exitCode, said } = await deployer.deploy(lease, app, {
        ...tree,
        version: label,
        composeVersion,
        lent,
      });
      await recorder.look();
      work.note({ is: "deployed", at: at(), by: deployer.name, exitCode, said: redact(said) });
      await followRollout({ ...work, recorder, deadlineMs, now });
      work.standing.rolledOut = recipe;
    } finally {
      await recorder.stop();
    }
  };

/** What a recipe expects of its host: the networks it shares with others, and its own secrets, whose values are kept. */
const makeRoom = async (
  swarm: Swarm,
  lease: Lease,
  { app, config, secrets }: Recipe,
  { made, secrets: values }: Standing,
): Promise<void> => {
  for (const network of config.externalNetworks)
    if (!(await swarm.hasNetwork(network)))
      throw new Fault(
        "engine",
        `The recipe expects the network ${network}, and the engine has none of that name`,
        "Create that network there (overlay, attachable).",
      );
  for (const wanted of secrets) {
    const value = makeSecret(wanted);
    values.push(value);
    if (await swarm.ensureSecret(lease, app.stack, wanted.name, value))
      made.set(plainName(wanted.name, app.stack.name), value);
  }
};

const expectationOf = ({ app, config }: Recipe, { commit, is }: Version, lent: Lent): Expectation => {
  const fullName = (service: string) => `${app.stack.name}_${service}`;
  return {
    recipe: app.recipe,
    stack: app.stack.name,
    commit,
    stampLabel: stampLabel(app.stack.name),
    stampedService: fullName(STAMPED),
    services: config.services.map((s) => fullName(s.name)),
    images: Object.fromEntries(config.services.map((s) => [fullName(s.name), s.image])),
    lent: Object.fromEntries(Object.entries(lent).map(([service, limits]) => [fullName(service), limits])),
    isUnderTest: is === "head",
  };
};
