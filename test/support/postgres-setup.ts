/** The server of the postgres tests: up before the first of them, gone after the last; each test has a database of its own. */
import { type Postgres, startPostgres } from "./postgres.ts";

let postgres: Postgres;

export const setup = async (): Promise<void> => {
  postgres = await startPostgres();
  process.env.TESTME_POSTGRES = postgres.url;
};
export const teardown = (): Promise<void> => postgres.remove();
