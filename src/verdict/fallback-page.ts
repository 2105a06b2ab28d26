/**
 * Pages that a web server or a proxy shows when it has nothing of the app's to show. A page like that under the app's own address
 * means that the app is not there, whatever its code. Where the app is that very server, its page is its own. Pure; the words are
 * from the servers' sources, named beside each.
 */
import type { ProbeAnswer } from "./observation.ts";

/** What is looked at of an answer, none of which is kept. */
export type Page = { status: number; body: string };
type Known = { server: string; status: number | null; body: RegExp };

const KNOWN: readonly Known[] = [
  // traefik: pkg/server/service (no server is healthy)
  { server: "traefik", status: 503, body: /^no available server\s*$/ },
  // traefik: pkg/server/router (no router matches); the same words as of any program in Go that has no page there
  { server: "traefik", status: 404, body: /^404 page not found\s*$/ },
  // nginx: docs/html/index.html
  { server: "nginx", status: 200, body: /<title>Welcome to nginx!<\/title>/ },
  // nginx: src/http/ngx_http_special_response.c
  { server: "nginx", status: null, body: /<hr><center>nginx(?:\/[\w.]+)?<\/center>/ },
  { server: "openresty", status: null, body: /<hr><center>openresty(?:\/[\w.]+)?<\/center>/ },
  // httpd: docs/docroot/index.html, of 2.4 before and after it got a title
  {
    server: "httpd",
    status: 200,
    body: /^\s*<html>\s*<body>\s*<h1>It works!<\/h1>\s*<\/body>\s*<\/html>\s*$/,
  },
  { server: "httpd", status: 200, body: /<title>It works! Apache httpd<\/title>/ },
  // caddy: dist repository, welcome/index.html
  { server: "caddy", status: 200, body: /<title>Caddy works!<\/title>/ },
  // haproxy: src/http.c
  { server: "haproxy", status: 503, body: /No server is available to handle this request\./ },
  { server: "haproxy", status: 502, body: /The server returned an invalid or incomplete response\./ },
  { server: "haproxy", status: 504, body: /The server didn't respond in time\./ },
];

/** Whose page it is; null where it is none that is known. */
export const fallbackIn = ({ status, body }: Page): string | null =>
  KNOWN.find((known) => (known.status ?? status) === status && known.body.test(body))?.server ?? null;

/** An answer by a service of this image: a page of the server that the image is, is the app's own. */
export const unlessItsOwn = (answer: ProbeAnswer, image: string): ProbeAnswer => {
  if (answer.is !== "http" || answer.fallback === null) return answer;
  const [path = ""] = image.split("@");
  const [name = ""] = (path.split("/").at(-1) ?? "").split(":");
  const isOwn = name.split(/[^a-z0-9]+/).some((word) => word === answer.fallback);
  return isOwn ? { ...answer, fallback: null } : answer;
};
