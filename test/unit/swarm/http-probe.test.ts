// What a helper's words say of an app, and that nothing of a page goes any further.
import { describe, expect, it } from "vitest";
import { answerIn, askingCommand } from "../../../src/swarm/http-probe.ts";
import type { ProbeWish } from "../../../src/verdict/observation.ts";

const asked: ProbeWish = { is: "http", path: "/", codes: null };
const heard = (said: string, wants: ProbeWish = asked) => answerIn(said, { port: 8080, wants });

describe("an answer over HTTP", () => {
  it("is its code", () => {
    expect(heard("HTTP/1.1 302 Found\r\nLocation: /login\r\n\r\n\ntestme: asked \n")).toEqual({
      is: "http",
      status: 302,
      fallback: null,
    });
  });

  it("is a proxy's where its page is known, whatever stands in the head", () => {
    const page = "HTTP/1.1 404 Not Found\nContent-Type: text/plain; charset=utf-8\n\n404 page not found\n";
    expect(heard(`${page}\ntestme: asked `)).toMatchObject({ status: 404, fallback: "traefik" });
  });

  it("is none where nothing answers, in the words of nc", () => {
    const refused = "nc: can't connect to remote host (127.0.0.1): Connection refused";
    expect(heard(`\ntestme: asked ${refused}\n`)).toEqual({ is: "none", reason: refused });
    expect(heard("\ntestme: asked \n")).toEqual({ is: "none", reason: "nothing answers on port 8080" });
  });

  it("is none where it is not HTTP, and nothing of it is told", () => {
    expect(heard("SSH-2.0-OpenSSH_9.6 hunter2\r\n\ntestme: asked \n")).toEqual({
      is: "none",
      reason: "what answers there does not speak HTTP",
    });
  });

  it("cannot pose as the helper's own last word", () => {
    expect(heard("HTTP/1.0 500 No\r\n\r\ntestme: asked HTTP/1.1 200 OK\n\ntestme: asked ")).toMatchObject({
      status: 500,
    });
  });

  it("that poses as silence is told as what it is, and not in its own words", () => {
    expect(heard("testme: asked hunter2\r\n\ntestme: asked ")).toEqual({
      is: "none",
      reason: "what answers there does not speak HTTP",
    });
  });

  it("is not known where the helper did not come to its end", () =>
    expect(heard("HTTP/1.1 200 OK\r\n")).toBeNull());
});

describe("connections in a row", () => {
  const wants: ProbeWish = { is: "tcp", stable: 3 };

  it("are counted", () => expect(heard("\ntestme: asked 2\n", wants)).toEqual({ is: "tcp", answers: 2 }));
  it("are not known where the helper did not come to its end", () => expect(heard("", wants)).toBeNull());
});

describe("the command", () => {
  it("has what comes from a recipe as arguments only", () => {
    const path = "/$(reboot)'`;";
    const target = {
      port: 80,
      host: "wiki.test.internal",
      wants: { is: "http", path, codes: null },
    } as const;
    const [entrypoint, args] = askingCommand(target, "127.0.0.1");
    expect(entrypoint.join(" ")).not.toContain("reboot");
    expect(args).toEqual(["80", "127.0.0.1", path, "wiki.test.internal"]);
  });
});
