/**
 * A bot that is nothing but its session, as a process of its own, to be killed or stopped: `node session-process.ts URL BOT RHYTHM`.
 * It says `open` when it is, `lost: …` when it has learnt of its end, and then what became of a write that it tried after that.
 */
import { openPostgres } from "../../src/store/postgres/open-postgres.ts";

const [url = "", bot = "", rhythm = "{}"] = process.argv.slice(2);
const { database } = await openPostgres(
  url,
  bot,
  (fault) => {
    console.log(`lost: ${fault.message}`);
    database
      .change("INSERT INTO notes (note) VALUES ('from beyond')")
      .then(
        () => console.log("written"),
        () => console.log("not written"),
      )
      .finally(() => process.exit());
  },
  JSON.parse(rhythm),
);
console.log("open");
