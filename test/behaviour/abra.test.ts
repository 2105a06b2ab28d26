/** The deployer that drives abra, with a stand-in for abra that has its quirks, and no engine. */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { gitOnDisk } from "../../src/git/simple-git.ts";
import { Commit } from "../../src/recipe/commit.ts";
import { Lease } from "../../src/run/lease.ts";
import { layOut } from "../../src/swarm/abra/home.ts";
import { runAbra } from "../../src/swarm/abra/run-abra.ts";
import { abraVersion } from "../../src/swarm/abra/version.ts";
import { type AbraDeployer, abraDeployer } from "../../src/swarm/abra-deployer.ts";
import type { App } from "../../src/swarm/deployer.ts";
import { dockerStackDeployer } from "../../src/swarm/docker-stack-deployer.ts";
import { service } from "../support/builders.ts";
import { FAKE_VERSION, fakeAbra } from "../support/fake-abra/fake-abra.ts";
import { type StubDocker, stubDocker } from "../support/fake-abra/stub-docker.ts";
import { goodUpgrade, type Story, story } from "../support/recipes.ts";

const DOMAIN = "wiki-0a1b2c.test.internal";
const STACK = { name: DOMAIN.replaceAll(".", "_"), appDomain: DOMAIN };
const COMMAND = ["app", "deploy", DOMAIN];
const FLAGS = ["--chaos", "--force", "--offline", "--no-input", "--no-domain-checks", "--no-converge-checks"];

let folder: string;
let fake: Awaited<ReturnType<typeof fakeAbra>>;
let docker: StubDocker;
let abra: AbraDeployer;
let lease: Lease;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "testme-abra-"));
  [fake, docker] = [await fakeAbra(folder), await stubDocker(folder)];
  const searchPath = `${docker.directory}:${process.env.PATH}`;
  const dockerHost = "unix:///nowhere.sock";
  abra = {
    path: fake.path,
    version: FAKE_VERSION,
    searchPath,
    dockerHost,
    dockerConfig: folder,
    owner: "a-test",
    parser: dockerStackDeployer({
      owner: "a-test",
      path: docker.path,
      host: dockerHost,
      configDirectory: folder,
      resolveImage: "never",
    }),
    swarm: {
      async read() {
        const labels = (await docker.deployed())?.services.app.deploy.labels;
        return {
          services: labels ? [service("app", 1, { labels })] : [],
          tasks: [],
          upToDate: [],
          stamped: [],
        };
      },
    },
    cloneTree: gitOnDisk(join(folder, "mirrors"), searchPath).cloneTree,
  };
  lease = new Lease(DOMAIN, "a-run", async () => undefined);
});
afterEach(() => rm(folder, { recursive: true }));

/** A recipe's head in a run's own tree, with the variables that the app would have. */
const appOf = async (origin: Story, more: Record<string, string> = {}): Promise<App> => {
  const git = gitOnDisk(join(folder, "mirrors"), process.env.PATH ?? "");
  const mirror = await git.fetch({ url: origin.path, token: null });
  const scratch = join(folder, "scratch");
  const directory = join(scratch, "wiki");
  await mkdir(scratch);
  await git.addTree(mirror, directory, Commit.parse(origin.head));
  const values = new Map(
    Object.entries({
      TYPE: "other:1.0.0",
      COMPOSE_FILE: "compose.yml",
      DOMAIN,
      STACK_NAME: STACK.name,
      APP_CONF_VERSION: "v1",
      ...more,
    }),
  );
  return { recipe: "wiki", stack: STACK, directory, scratch, files: ["compose.yml"], overlay: null, values };
};
const deploymentOf = ({ head }: Story) => ({
  commit: Commit.parse(head),
  isDirty: false,
  version: null,
  composeVersion: "3.8",
  lent: {},
});
const printing = async (words: string, exitCode: number): Promise<AbraDeployer> => {
  const path = join(folder, "another-abra");
  await writeFile(path, `#!/bin/sh\nprintf '%s\\n' "${words}"\nexit ${exitCode}\n`, { mode: 0o755 });
  return { ...abra, path };
};

describe("a deploy", () => {
  test("is abra's own, with nobody to ask, and takes its private home away again", async () => {
    const origin = await goodUpgrade(folder, "wiki");
    const app = await appOf(origin);
    const deployer = abraDeployer(abra);
    const said = await deployer.deploy(lease, app, deploymentOf(origin));

    expect(said).toEqual({ exitCode: 0, said: expect.stringContaining("deploy succeeded") });
    expect(said.said).not.toContain("\u001b");
    expect(deployer.name).toBe("abra 0.13.0-beta-06a57de");
    const [call, ...more] = await fake.calls();
    expect(more).toEqual([]);
    expect(call?.commandLine).toEqual([...COMMAND, ...FLAGS]);
    const home = join(app.scratch, "~abra");
    // What the shell before the stand-in sets by itself is not ours.
    const { PWD, OLDPWD, SHLVL, _, FAKE_ABRA_LOG, ...env } = call?.env ?? {};
    expect(env).toEqual({
      PATH: abra.searchPath,
      HOME: home,
      ABRA_DIR: home,
      DOCKER_HOST: abra.dockerHost,
      DOCKER_CONFIG: folder,
      GIT_TERMINAL_PROMPT: "0",
      NO_COLOR: "1",
      TERM: "dumb",
    });
    expect(await readdir(app.scratch)).toEqual(["wiki"]);
  });

  test("carries abra's stamp of a tree with our files in it, our marks, and the app's values to the letter", async () => {
    const origin = await goodUpgrade(folder, "wiki");
    const odd = `it's "$HOME" \\ \`x\` # ${"$"}{DOMAIN}\nand more`;
    const app = await appOf(origin, { ODD: odd, POST_DEPLOY_CMDS: "app migrate", RECIPE: "another" });
    const overlay = join(app.scratch, "testme-overlay.yml");
    await writeFile(overlay, 'version: "3.8"\nservices: { app: { environment: { FROM_OVERLAY: "yes" } } }\n');
    const deployer = abraDeployer(abra);
    expect(deployer.addsToTree).toBe(true);
    await deployer.deploy(lease, { ...app, overlay }, deploymentOf(origin));

    const { environment, deploy } = (await docker.deployed())?.services.app ?? {};
    const stamp = `${origin.head.slice(0, 8)}+U`;
    expect(deploy?.labels).toMatchObject({
      [`coop-cloud.${STACK.name}.chaos-version`]: stamp,
      [`coop-cloud.${STACK.name}.version`]: "1.1.0+1.1",
      "testme.owner": "a-test",
      "testme.run": "a-run",
      "testme.app-domain": DOMAIN,
    });
    expect(environment).toMatchObject({ TYPE: `wiki:${stamp}`, ODD: odd, FROM_OVERLAY: "yes" });
    expect(environment).not.toHaveProperty("POST_DEPLOY_CMDS");
  });

  test("of what stands beside an app goes by a domain of its own, under the lock of the app's", async () => {
    const origin = await goodUpgrade(folder, "wiki");
    const beside = { name: "db-4d5e6f_test_internal", appDomain: DOMAIN };
    const own = { DOMAIN: "db-4d5e6f.test.internal", STACK_NAME: beside.name };
    const app = { ...(await appOf(origin, own)), stack: beside };
    expect(await abraDeployer(abra).deploy(lease, app, deploymentOf(origin))).toMatchObject({ exitCode: 0 });
    expect((await fake.calls())[0]?.commandLine).toEqual(["app", "deploy", own.DOMAIN, ...FLAGS]);
    expect((await docker.deployed())?.services.app.deploy.labels).toMatchObject({
      "testme.app-domain": DOMAIN,
    });
  });

  test("that abra gives up on is told in abra's words, from standard output", async () => {
    const secrets = 'secrets: { pw: { external: true, name: "x_pw_v1" } }\n';
    const edit = (compose: string) =>
      `${compose.replace("    image:", "    secrets: [pw]\n    image:")}${secrets}`;
    const origin = await story(folder, "wiki", {}, { edit });
    const said = await abraDeployer(abra).deploy(lease, await appOf(origin), deploymentOf(origin));
    expect(said).toEqual({ exitCode: 1, said: "secret not generated: x_pw_v1" });
  });

  test.each([
    ["FATA inappropriate ioctl for device", "bot"],
    ["FATA unknown flag: --no-converge-checks", "bot"],
    ["FATA wiki: has locally unstaged changes", "bot"],
    ["FATA Cannot connect to the Docker daemon at unix:///nowhere.sock.", "engine"],
  ])("that fails for no fault of the recipe's is a fault: %s", async (words, party) => {
    const origin = await goodUpgrade(folder, "wiki");
    const deployer = abraDeployer(await printing(words, 1));
    const app = await appOf(origin);
    await expect(deployer.deploy(lease, app, deploymentOf(origin))).rejects.toMatchObject({ party });
    expect(await readdir(app.scratch)).toEqual(["wiki"]);
  });

  test("that went to another engine is a fault, and no finding about the recipe", async () => {
    const origin = await goodUpgrade(folder, "wiki");
    const deployer = abraDeployer(await printing("INFO deploy succeeded", 0));
    await expect(deployer.deploy(lease, await appOf(origin), deploymentOf(origin))).rejects.toMatchObject({
      party: "bot",
      message: expect.stringContaining("nothing of it is on the engine at unix:///nowhere.sock"),
    });
  });

  test("needs the lease of its app domain", async () => {
    const origin = await goodUpgrade(folder, "wiki");
    const other = new Lease("other.test.internal", "a-run", async () => undefined);
    const app = await appOf(origin);
    await expect(abraDeployer(abra).deploy(other, app, deploymentOf(origin))).rejects.toThrow(
      "does not cover",
    );
  });

  test("writes through no link that a recipe put in the place of a file of ours", async () => {
    const origin = await goodUpgrade(folder, "wiki");
    const app = await appOf(origin);
    const [home, outside] = [join(folder, "home"), join(folder, "outside")];
    await writeFile(outside, "untouched");
    const clone = async (directory: string) => {
      await mkdir(directory);
      await symlink(outside, join(directory, "compose.testme-marks.yml"));
    };
    await layOut(home, app, clone, "marks");
    expect(await readFile(outside, "utf8")).toBe("untouched");
    expect(await readFile(join(home, "recipes/wiki/compose.testme-marks.yml"), "utf8")).toBe("marks");
  });
});

describe("without one of its flags abra", () => {
  const told = async (child: ChildProcess, words: RegExp): Promise<void> => {
    let said = "";
    child.stdout?.on("data", (chunk) => {
      said += chunk;
      if (words.test(said)) child.emit("told");
    });
    const ended = once(child, "close").then(() => {
      throw new Error(`it ended with: ${said}`);
    });
    await Promise.race([once(child, "told"), ended]);
  };

  test.each([
    ["--chaos", /FATA\S* wiki: has locally unstaged changes/],
    ["--force", /FATA\S* \S+ is already deployed/],
    ["--offline", /FATA\S* unable to fetch tags: authentication required/],
    ["--no-input", /\? Proceed\? \(y\/N\) $/],
    ["--no-domain-checks", /FATA\S* unable to resolve/],
    ["--no-converge-checks", /waiting for the app to converge …$/],
  ])("%s: would not do", async (flag, words) => {
    const origin = await goodUpgrade(folder, "wiki");
    const app = await appOf(origin);
    await abraDeployer(abra).deploy(lease, app, deploymentOf(origin));
    const home = join(folder, "home");
    const clone = (directory: string) => abra.cloneTree(app.directory, directory, Commit.parse(origin.head));
    await layOut(home, app, clone, 'version: "3.8"\n');
    const env = {
      PATH: abra.searchPath,
      ABRA_DIR: home,
      DOCKER_HOST: abra.dockerHost,
      DOCKER_CONFIG: folder,
    };
    const rest = FLAGS.filter((f) => f !== flag);
    const child = spawn(abra.path, [...COMMAND, ...rest], { env, stdio: ["ignore", "pipe", "inherit"] });
    await told(child, words);
    child.kill("SIGKILL");
  });
});

describe("a command that insists on a terminal", () => {
  test("gets one, with its words untouched and its exit code handed on", async () => {
    const words = "it's $HOME `id`\\";
    const lint = await runAbra(abra, folder, ["recipe", "lint", "--no-input", words]);
    expect(lint).toMatchObject({ exitCode: 0, stdout: expect.stringContaining(words) });
    const backup = await runAbra(abra, folder, ["app", "backup", "create", DOMAIN]);
    expect(backup).toMatchObject({ exitCode: 1, stdout: expect.stringContaining("no backupbot") });
  });

  test("would not do without: the stand-in says what abra says", async () => {
    const child = spawn(abra.path, ["recipe", "lint", "--no-input", "wiki"], {
      stdio: ["ignore", "pipe", "inherit"],
    });
    let said = "";
    child.stdout.on("data", (chunk) => {
      said += chunk;
    });
    expect(await once(child, "close")).toEqual([1, null]);
    expect(said).toContain("inappropriate ioctl for device");
  });

  test("where there is no `script` is a fault with the way out", async () => {
    const lonely = { ...abra, searchPath: docker.directory };
    await expect(runAbra(lonely, folder, ["recipe", "lint", "wiki"])).rejects.toMatchObject({
      party: "bot",
      message: "abra insists on a terminal for `recipe lint`, and there is no `script` to give it one",
      mend: expect.stringContaining("util-linux"),
    });
  });
});

describe("which abra it is", () => {
  test("is its own word", () => {
    expect(abraVersion(fake.path, abra.searchPath)).toBe("0.13.0-beta-06a57de");
  });

  test("is a fault where another program goes by that name", async () => {
    const { path } = await printing("abracadabra 2", 0);
    expect(() => abraVersion(path, abra.searchPath)).toThrow("does not say which abra it is");
  });
});
