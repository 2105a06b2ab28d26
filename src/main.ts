/** The bot's entry: settings, edges, start; SIGTERM and SIGINT end it cleanly. */
import { startBot } from "./bot.ts";
import { readConfig, WrongSettings } from "./config.ts";
import { botLog } from "./runner/bot-log.ts";
import { Fault } from "./verdict/fault.ts";
import { masksOf, openStore, realTools } from "./world.ts";

try {
  const { engine, bot } = readConfig();
  const masks = await masksOf(engine, bot);
  const log = botLog(bot.logLevel, masks.hide);
  const store = await openStore(engine, (err) => {
    log.fatal({ err }, "the store is lost: others take what this bot had, so it ends at once");
    process.exit(1);
  });
  const running = await startBot({ engine, bot, tools: realTools(engine, store.owner), store, masks, log });
  log.info(`listening at ${running.url}, testing on ${engine.dockerHost}`);
  for (const signal of ["SIGTERM", "SIGINT"] as const)
    process.once(signal, () => {
      log.info(`${signal}: ending the runs`);
      void running.stop(`the bot was stopped (${signal})`).then(() => process.exit(0));
    });
} catch (error) {
  console.error(wordsOf(error));
  process.exitCode = 1;
}

function wordsOf(error: unknown): unknown {
  if (error instanceof WrongSettings) return error.message;
  return error instanceof Fault ? `${error.message}\n${error.mend}` : error;
}
