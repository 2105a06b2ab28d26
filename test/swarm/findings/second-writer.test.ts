/** What is deployed is not what was to be deployed: a wrong stamp, a wrong image, another writer, on a real engine. */
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, it } from "vitest";
import { Commit } from "../../../src/recipe/commit.ts";
import { stampLabel } from "../../../src/recipe/stamp.ts";
import type { Deployer } from "../../../src/swarm/deployer.ts";
import { engineFolder, expectRed, type Red } from "../../support/play.ts";
import type { SecondWriter } from "../../support/second-writer.ts";

const folder = engineFolder();
const other = Commit.parse("f".repeat(40));
const SECRETS = { service: { secrets: ["key"] }, more: { secrets: { key: { file: "./key" } } } };

/** Once the engine has the new spec, and before the deployer is back. */
const onceAccepted =
  (act: (person: SecondWriter, stack: string) => Promise<void>): NonNullable<Red["meddle"]> =>
  (person) =>
  (deploy): Deployer["deploy"] =>
  async (lease, app, deployment) => {
    const said = await deploy(lease, app, deployment);
    await person.until(({ service }) => service.update !== null);
    await act(person, app.stack.name);
    return said;
  };

const stories: Red[] = [
  {
    is: "the deployer stamps another commit",
    name: "wrong",
    heads: { head: {} },
    meddle: () => (deploy) => (lease, app, deployment) =>
      deploy(lease, app, { ...deployment, commit: other }),
    finding: { is: "stamp-mismatch", how: "never-applied", got: "ffffffff" },
    title: /^Stamp mismatch: wrong_app carries ffffffff, [0-9a-f]{8} was never applied$/,
  },
  {
    is: "the deployer stamps nothing",
    name: "bare",
    heads: { head: {} },
    meddle: (person) => () => async (_lease, app) => {
      const file = join(app.directory, "compose.yml");
      await person.docker("stack", "deploy", "-c", file, "--resolve-image", "never", app.stack.name);
      return { exitCode: 0, said: "" };
    },
    finding: { is: "stamp-mismatch", how: "absent", got: null },
    title: /^Stamp mismatch: bare_app carries no stamp, [0-9a-f]{8} was to be deployed$/,
  },
  {
    is: "another writer stamps another commit over ours",
    name: "over",
    heads: { head: {} },
    meddle: onceAccepted((person, stack) =>
      person.service("update", "--label-add", `${stampLabel(stack)}=ffffffff`),
    ),
    finding: { is: "stamp-mismatch", how: "overwritten", got: "ffffffff" },
    title:
      /^Stamp mismatch: over_app was stamped [0-9a-f]{8}, then somebody overwrote it with ffffffff \(Version\.Index \d+\)$/,
  },
  {
    is: "another writer takes the stamp away",
    name: "taken",
    heads: { head: {} },
    meddle: onceAccepted((person, stack) => person.service("update", "--label-rm", stampLabel(stack))),
    finding: { is: "stamp-mismatch", how: "overwritten", got: null },
    title:
      /^Stamp mismatch: taken_app was stamped [0-9a-f]{8}, then somebody overwrote it with nothing \(Version\.Index \d+\)$/,
  },
  {
    is: "the deployer pins the old image under the new stamp",
    name: "pinned",
    heads: { head: { service: { image: "testme/fixture:2" } } },
    meddle: () => (deploy) => async (lease, app, deployment) => {
      const pin = join(app.scratch, "pin.yml");
      await writeFile(pin, 'version: "3.8"\nservices: { app: { image: "testme/fixture:1" } }\n');
      return deploy(lease, { ...app, files: [...app.files, pin] }, deployment);
    },
    finding: { is: "wrong-image", wanted: "testme/fixture:2", running: ["testme/fixture:1"] },
    title: /^Wrong image: pinned_app runs testme\/fixture:1, [0-9a-f]{8} has testme\/fixture:2$/,
  },
  {
    is: "the service is removed under us",
    name: "gone",
    heads: { head: {} },
    meddle: onceAccepted((person) => person.remove()),
    finding: { is: "service-gone" },
    title: /^Service gone: gone_app is not on the engine after the deploy$/,
  },
  {
    is: "docker refuses a secret whose content has changed",
    name: "secret",
    base: { ...SECRETS, files: { key: "one" } },
    heads: { head: { ...SECRETS, files: { key: "two" } } },
    finding: { is: "deploy-refused", said: expect.stringContaining("only updates to Labels are allowed") },
    title: /^Deploy refused: failed to update secret secret_test_internal_key: /,
  },
];

for (const story of stories) it.concurrent(story.is, () => expectRed(folder, story));
