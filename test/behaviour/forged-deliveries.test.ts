/** Whoever does not know the webhook secret is refused, and nothing else happens. */
import { expect, test } from "vitest";
import { openWorld } from "../support/world.ts";

test("a wrong signature and none at all: a 4xx, and not one request to GitHub", async () => {
  const world = await openWorld();
  const { delivery } = await world.comment("What does this bot do?");
  const payload = JSON.parse(
    JSON.stringify(delivery.payload).replace("What does this bot do?", "!testme it"),
  );
  const asked = world.github.requests.length;

  const forged = await world.github.deliver("issue_comment", payload, { key: "guessed" });
  expect(forged.status).toBe(400);
  const unsigned = await fetch(world.bot.url, {
    method: "POST",
    headers: {
      "content-type": "application/json",
      "x-github-event": "issue_comment",
      "x-github-delivery": "1",
    },
    body: JSON.stringify(payload),
  });
  expect(unsigned.status).toBe(400);

  expect(world.github.requests.length).toBe(asked);
  expect(world.checkRuns()).toEqual([]);
  expect(world.replies()).toEqual([]);
  expect(world.engine.acts).toEqual([]);
  expect(world.bot.log.filter((line) => line.includes("a delivery was refused"))).toEqual([
    expect.stringContaining("The signature is not that of the body"),
    expect.stringContaining("has not the headers of a signed delivery"),
  ]);

  // It was the signature and nothing else.
  const signed = await world.github.deliver("issue_comment", payload);
  expect(signed.status).toBe(200);
  await world.bot.answered();
  expect(world.replies()).toHaveLength(1);
});
