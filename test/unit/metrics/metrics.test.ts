/** What the metrics say of GitHub: how much it still allows, and how far it is behind. */
import { expect, test } from "vitest";
import { createMetrics } from "../../../src/metrics/metrics.ts";
import type { Unsent } from "../../../src/store/store.ts";

const startMs = Date.parse("2026-01-05T12:00:00Z");

const house = (postedAt: readonly string[] = []) => {
  let nowMs = startMs;
  const unsent = postedAt.map((at, i): Unsent => ({ key: `k${i}`, seq: i, runId: null, postedAt: at }));
  const store = { openRuns: async () => [], unsent: async () => unsent };
  const metrics = createMetrics(store, () => new Date(nowMs));
  return {
    limited: metrics.limited,
    unsent,
    pass(ms: number) {
      nowMs += ms;
    },
    async lines() {
      const { body } = await metrics.page();
      return body.split("\n").filter((line) => /^testme_(github|outbox)/.test(line));
    },
  };
};
const said = { account: "7", resource: "core", limit: 5_000, remaining: 4_000, resetsAtMs: startMs + 60_000 };

test("nothing is said of GitHub's limits until GitHub has said it", async () => {
  expect(await house().lines()).toEqual(["testme_outbox_unsent 0", "testme_outbox_lag_seconds 0"]);
});

test("the limits are those that GitHub named last, by resource", async () => {
  const { limited, lines } = house();
  limited(said);
  limited({ ...said, remaining: 3_999 });
  limited({ ...said, resource: "search", limit: 30, remaining: 29 });
  expect((await lines()).slice(2)).toEqual([
    'testme_github_rate_limit_remaining{resource="core"} 3999',
    'testme_github_rate_limit_remaining{resource="search"} 29',
    'testme_github_rate_limit_limit{resource="core"} 5000',
    'testme_github_rate_limit_limit{resource="search"} 30',
  ]);
});

test("of several installations the one with the fewest left is shown, with its own limit, until its time is over", async () => {
  const { limited, lines, pass } = house();
  limited({ ...said, account: "8", limit: 15_000, remaining: 12 });
  limited(said);
  limited({ ...said, account: "app", remaining: 4_999, resetsAtMs: null });
  const core = async () => (await lines()).slice(2).map((line) => line.split(" ")[1]);
  expect(await core()).toEqual(["12", "15000"]);
  pass(59_999);
  expect(await core()).toEqual(["12", "15000"]);
  pass(1);
  expect(await core()).toEqual(["4999", "5000"]);
});

test("the lag is the age of the oldest message that GitHub has not taken; a clock that went back makes none", async () => {
  const { lines, pass, unsent } = house(["2026-01-05T11:59:58Z", "2026-01-05T11:58:30.500Z"]);
  expect(await lines()).toEqual(["testme_outbox_unsent 2", "testme_outbox_lag_seconds 89.5"]);
  pass(1_000);
  expect(await lines()).toContain("testme_outbox_lag_seconds 90.5");
  pass(-3_600_000);
  expect(await lines()).toContain("testme_outbox_lag_seconds 0");
  unsent.splice(0);
  expect(await lines()).toContain("testme_outbox_lag_seconds 0");
});
