/** One SQL database, as far as the store needs it: text, numbers and null, in statements that SQLite and PostgreSQL both know. */
export type Value = string | number | null;
export type Row = Record<string, unknown>;

/** Values take the places $1, $2 … of the statement. */
export type Query = {
  all(sql: string, ...values: Value[]): Promise<Row[]>;
  /** How many rows it changed. */
  change(sql: string, ...values: Value[]): Promise<number>;
};

export interface Database extends Query {
  /** All or nothing, and alone: no other write to the same database comes in between, whoever makes it. */
  atOnce<T>(work: (within: Query) => Promise<T>): Promise<T>;
  close(): Promise<void>;
}
