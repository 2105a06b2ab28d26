/**
 * What a container of testme/fixture does, by its environment: the fake engine's half of test/fixtures/image/app, so that
 * one recipe tells the same story on the fake engine and on a real one. Times in milliseconds.
 */
const MIB = 1024 * 1024;

export type Life = {
  /** From when the app answers and is healthy; null: never. */
  upAfterMs: number | null;
  /** How it ends of itself. */
  end: { afterMs: number; exitCode: number } | null;
  /** What it takes, and holds from then on. */
  eats: { afterMs: number; bytes: number } | null;
  serves: { port: number; status: number } | null;
  ignoresTerm: boolean;
};

export const isFixture = (image: string): boolean => /^testme\/fixture:[12]$/.test(image);

export const lifeOf = (entries: readonly string[]): Life => {
  const env = new Map(entries.map((entry) => split(entry)));
  const seconds = (text: string | undefined) => (text === undefined ? null : Number(text) * 1000);
  const startMs = seconds(env.get("SLOW_START")) ?? 0;
  const health = /^(ok|bad|slow:([\d.]+))$/.exec(env.get("HEALTH") ?? "ok");
  const healthyMs = health?.[1] === "bad" ? null : Math.max(startMs, seconds(health?.[2]) ?? 0);
  const [port, eaten] = [env.get("SERVE"), env.get("EAT_MIB")];
  const exitMs = seconds(env.get("EXIT_AFTER"));
  return {
    upAfterMs: healthyMs,
    end: exitMs === null ? null : { afterMs: exitMs, exitCode: Number(env.get("EXIT_CODE") ?? 0) },
    eats:
      eaten === undefined
        ? null
        : { afterMs: startMs + (seconds(env.get("EAT_AFTER")) ?? 0), bytes: Number(eaten) * MIB },
    serves:
      port === undefined
        ? null
        : { port: Number(port), status: Number.parseInt(env.get("SERVE_STATUS") ?? "200", 10) },
    ignoresTerm: env.get("IGNORE_TERM") === "1",
  };
};

const split = (entry: string): [string, string] => {
  const at = entry.indexOf("=");
  return [entry.slice(0, at), entry.slice(at + 1)];
};
