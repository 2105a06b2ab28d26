/** The database and the session of one bot, over the one connection on which its life hangs. */
import type { Fault } from "../../verdict/fault.ts";
import type { Database } from "../database.ts";
import type { Session } from "../session.ts";
import { connect, RHYTHM } from "./connection.ts";
import { postgresDatabase } from "./postgres-database.ts";
import { postgresSession } from "./postgres-session.ts";

/** Throws a Fault where there is no way in. `onLost`, called once, says that the bot is at its end. */
export const openPostgres = async (
  url: string,
  bot: string,
  onLost: (fault: Fault) => void,
  rhythm = RHYTHM,
): Promise<{ database: Database; session: Session }> => {
  const connection = await connect(url, `testme ${bot}`, rhythm, onLost);
  try {
    const session = await postgresSession(connection, bot, rhythm.beatMs);
    return { database: postgresDatabase(connection), session };
  } catch (error) {
    await connection.close();
    throw error;
  }
};
