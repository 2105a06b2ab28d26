/** app.yml asks for the events that the app listens to and for the permissions that its acts need, and for nothing else. */
import { Probot } from "probot";
import { expect, onTestFinished, test, vi } from "vitest";
import { testmeApp } from "../../src/app.ts";
import { manifest } from "../support/github/manifest.ts";
import { startGitHub } from "../support/github/stand-in.ts";

test("the events of app.yml are those that the app listens to", async () => {
  const probot = new Probot({ appId: 1, privateKey: "none", secret: "none of yours" });
  const on = vi.spyOn(probot, "on");
  const app = testmeApp({ receive: async () => undefined }, () => new Date(0));
  await app(probot, { cwd: "/", addHandler: () => undefined });
  const events = new Set(on.mock.calls.map(([event]) => String(event).split(".")[0]));
  expect([...events].sort()).toEqual([...(await manifest()).default_events].sort());
});

test("its permissions are enough for all that is asked of GitHub, and none could be less", async () => {
  const github = await startGitHub({ recipes: [] });
  onTestFinished(github.close);
  const lacking = (granted: Record<string, string>) =>
    github.needs.filter(
      (need) =>
        !need.some(([name, level]) => granted[name] === "write" || (level === "read" && granted[name])),
    );
  const { default_permissions: all } = await manifest();
  expect(lacking(all)).toEqual([]);
  for (const [name, level] of Object.entries(all)) {
    const { [name]: _, ...others } = all;
    const less = level === "write" ? { ...others, [name]: "read" } : others;
    expect(lacking(less), `${name}: ${level} is more than is needed`).not.toEqual([]);
  }
});
