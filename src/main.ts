/** The bot: settings, edges, then listen. On SIGTERM or SIGINT every run is ended at its next safe point and cleaned up. */
import { pino } from "pino";
import { Probot, ProbotOctokit, Server } from "probot";
import { testmeApp } from "./app.ts";
import { readBotConfig, readEngineConfig, WrongSettings } from "./config.ts";
import { type Bot, createBot, realTools } from "./world.ts";

const GITHUB_ANSWERS_WITHIN_MS = 30_000;

const start = async (): Promise<void> => {
  const [engine, bot] = [readEngineConfig(), readBotConfig()];
  const log = pino({ name: "testme", level: bot.logLevel });
  const server = new Server({
    Probot: Probot.defaults({
      appId: bot.appId,
      privateKey: bot.privateKey,
      secret: bot.webhookSecret,
      baseUrl: bot.gitHubApiUrl,
      log,
      // What is retried, and how long, is the announcer's business.
      Octokit: ProbotOctokit.defaults((given: object) => ({ ...given, retry: { enabled: false } })),
      request: {
        fetch: (url: string, init: RequestInit) =>
          fetch(url, { ...init, signal: AbortSignal.timeout(GITHUB_ANSWERS_WITHIN_MS) }),
      },
    }),
    host: bot.host,
    port: bot.port,
    webhookPath: "/api/github/webhooks",
  });
  const built: Bot[] = [];
  const app = testmeApp((authenticate) => {
    const made = createBot(engine, realTools(engine), authenticate, (run, error) =>
      log.error({ err: error, run: run.id }, "the run could not be concluded or reported"),
    );
    built.push(made);
    return made;
  });
  await server.load(app);
  server.addHandler((request, response) => {
    if (request.url !== "/healthz") return false;
    response.writeHead(200, { "content-type": "text/plain" }).end("ok\n");
    return true;
  });
  const http = await server.start();
  const stop = async (signal: string): Promise<void> => {
    log.info(`${signal}: ending the runs`);
    await Promise.all(built.map(({ worker }) => worker.stop(`the bot was stopped (${signal})`)));
    await Promise.all(built.map(({ announcer }) => announcer.settled()));
    http.closeAllConnections();
    await server.stop();
  };
  for (const signal of ["SIGTERM", "SIGINT"] as const)
    process.once(signal, () => void stop(signal).then(() => process.exit(0)));
};

start().catch((error: unknown) => {
  console.error(error instanceof WrongSettings ? error.message : error);
  process.exitCode = 1;
});
