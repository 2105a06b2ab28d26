/** An answer of GitHub's that is cut after its headers is trouble of the wire, and never an empty answer. */
import { createServer, type ServerResponse } from "node:http";
import { Probot, ProbotOctokit } from "probot";
import { expect, onTestFinished, test } from "vitest";
import { octokitGitHub } from "../../src/github/octokit-github.ts";
import { fetchWhole } from "../../src/github/whole-fetch.ts";
import { listen } from "../support/github/server.ts";
import { startGitHub } from "../support/github/stand-in.ts";

const serve = async (answer: (response: ServerResponse) => void): Promise<string> => {
  const server = createServer((_, response) => answer(response));
  onTestFinished(() => void server.close());
  return listen(server);
};

test("a list that is cut is no empty list, and is asked for again", async () => {
  const url = await serve((response) => {
    response.writeHead(200, { "content-type": "application/json", "content-length": 500 });
    response.write("[{", () => response.destroy());
  });
  const github = await startGitHub({ recipes: [], people: [] });
  onTestFinished(() => github.close());
  const { appId, privateKey, webhookSecret: secret } = github;
  const Octokit = ProbotOctokit.defaults((given: object) => ({
    ...given,
    retry: { enabled: false },
    throttle: { enabled: false },
  }));
  const request = { fetch: fetchWhole(5_000) };
  const probot = new Probot({ appId, privateKey, secret, baseUrl: url, Octokit, request, logLevel: "fatal" });
  const edge = octokitGitHub((installation) => probot.auth(installation));
  const error = await edge.installations().then(
    (list) => expect.fail(`it read ${JSON.stringify(list)}`),
    (thrown: unknown) => thrown,
  );
  expect(edge.isPassing(error)).toBe(true);
});

test("a whole answer is passed on as it is, and one without a body too", async () => {
  const url = await serve((response) => {
    response.writeHead(200, { "content-type": "application/json", "x-a-header": "kept" });
    response.end('{"is":"whole"}');
  });
  const whole = await fetchWhole(5_000)(url, {});
  expect([whole.status, whole.headers.get("x-a-header"), await whole.json()]).toEqual([
    200,
    "kept",
    { is: "whole" },
  ]);
  const empty = await serve((response) => void response.writeHead(204).end());
  expect((await fetchWhole(5_000)(empty, {})).status).toBe(204);
});
