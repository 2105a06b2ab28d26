import { describe, expect, it } from "vitest";
import { fallbackIn, unlessItsOwn } from "../../../src/verdict/fallback-page.ts";
import type { ProbeAnswer, ProbeWish } from "../../../src/verdict/observation.ts";
import { isServing, servingFindings } from "../../../src/verdict/serving.ts";
import { at } from "../../support/builders.ts";

const wish = (codes: readonly number[] | null = null): ProbeWish => ({ is: "http", path: "/", codes });
const http = (status: number, fallback: string | null = null): ProbeAnswer => ({
  is: "http",
  status,
  fallback,
});

describe("an app serves", () => {
  it.each<[number, boolean]>([
    [200, true],
    [204, true],
    [302, true],
    [401, true],
    [403, true],
    [100, false],
    [400, false],
    [404, false],
    [429, false],
    [500, false],
    [502, false],
    [503, false],
  ])("by itself: %i is %s", (status, isUp) => expect(isServing(wish(), http(status))).toBe(isUp));

  it("by the codes that the recipe names, and by no other", () => {
    expect(isServing(wish([204, 404]), http(204))).toBe(true);
    expect(isServing(wish([204, 404]), http(404))).toBe(true);
    expect(isServing(wish([204, 404]), http(200))).toBe(false);
  });

  it("not with a proxy's page, whatever its code", () => {
    expect(isServing(wish(), http(200, "nginx"))).toBe(false);
    expect(isServing(wish([200]), http(200, "nginx"))).toBe(false);
  });

  it("with an error that the recipe itself names, though a proxy says the same", () => {
    expect(isServing(wish([404]), http(404, "traefik"))).toBe(true);
  });

  it("by connections in a row, where it is asked for them", () => {
    const tcp: ProbeWish = { is: "tcp", stable: 3 };
    expect(isServing(tcp, { is: "tcp", answers: 3 })).toBe(true);
    expect(isServing(tcp, { is: "tcp", answers: 2 })).toBe(false);
    expect(isServing(tcp, http(200))).toBe(false);
    expect(isServing(wish(), { is: "tcp", answers: 3 })).toBe(false);
  });

  it("not without an answer", () => expect(isServing(wish(), { is: "none", reason: "refused" })).toBe(false));
});

describe("of several questions", () => {
  const probe = (port: number, answer: ProbeAnswer, path = "/") =>
    ({
      is: "probe",
      at: at(0),
      service: "app",
      port,
      wants: { is: "http", path, codes: null },
      answer,
    }) as const;

  it("each counts by its last answer", () => {
    const seen = [
      probe(80, http(502)),
      probe(80, http(200), "/health"),
      probe(80, http(200)),
      probe(81, http(500)),
    ];
    expect(servingFindings(seen)).toEqual([
      { is: "not-serving", service: "app", port: 81, wants: wish(), answer: http(500) },
    ]);
  });
});

const NGINX =
  "<html>\r\n<head><title>502 Bad Gateway</title></head>\r\n<body>\r\n<center><h1>502 Bad Gateway</h1></center>\r\n<hr><center>nginx/1.27.3</center>\r\n</body>\r\n</html>";

describe("whose page it is", () => {
  it.each<[string, number, string, string | null]>([
    ["traefik without a router", 404, "404 page not found\n", "traefik"],
    ["traefik without a server", 503, "no available server\n", "traefik"],
    [
      "nginx as it is installed",
      200,
      "<!DOCTYPE html>\n<html>\n<head>\n<title>Welcome to nginx!</title>",
      "nginx",
    ],
    ["nginx before an app that is away", 502, NGINX, "nginx"],
    ["openresty", 404, "<hr><center>openresty</center>", "openresty"],
    ["httpd as it is installed", 200, "<html><body><h1>It works!</h1></body></html>\n", "httpd"],
    ["httpd of late", 200, "<head><title>It works! Apache httpd</title></head>", "httpd"],
    ["caddy as it is installed", 200, "<!DOCTYPE html>\n<title>Caddy works!</title>", "caddy"],
    [
      "haproxy without a server",
      503,
      "<html><body><h1>503 Service Unavailable</h1>\nNo server is available to handle this request.\n</body></html>",
      "haproxy",
    ],
    ["an app's own page", 200, "<title>Welcome</title>", null],
    [
      "an app that writes about nginx",
      200,
      "<title>Blog</title>Welcome to nginx! It is a fine server.",
      null,
    ],
    ["an app that has no such page", 404, '{"error":"404 page not found"}', null],
    ["nothing", 200, "", null],
  ])("%s", (_what, status, body, server) => expect(fallbackIn({ status, body })).toBe(server));

  it.each<[string, string | null]>([
    ["nginx:1.27", null],
    ["docker.io/library/nginx@sha256:0123", null],
    ["nginxinc/nginx-unprivileged:stable", null],
    ["registry.example.org:5000/web/nginx", null],
    ["nextcloud:fpm", "nginx"],
    ["example/nginxless:nginx", "nginx"],
  ])("is the app's own where the app is %s", (image, fallback) => {
    expect(unlessItsOwn(http(200, "nginx"), image)).toEqual(http(200, fallback));
  });
});
