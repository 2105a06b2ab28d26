// Rules as Traefik's reference has them, and what of them would bring another app's requests here.
import { describe, expect, it } from "vitest";
import { ANY_HOST, foreignHosts } from "../../../../src/recipe/policy/routes.ts";

const foreign = (rule: string) => foreignHosts(rule, "wiki.ci.org");

describe("a rule is the app's own where no alternative matches without one of its hosts", () => {
  it.each([
    "Host(`wiki.ci.org`)",
    "Host(`WIKI.ci.org.`)",
    'Host("wiki.ci.org")',
    "Host(`wiki.ci.org`, `www.wiki.ci.org`)",
    "Host(`wiki.ci.org`) && PathPrefix(`/api`)",
    "Host(`wiki.ci.org`) && !PathPrefix(`/api`)",
    "PathPrefix(`/a`) && Host(`wiki.ci.org`) && Query(`a`, `b`)",
    "Host(`wiki.ci.org`) || Host(`admin.wiki.ci.org`)",
    "Host(`wiki.ci.org`) && (Path(`/a`) || Path(`/b`))",
    "(Host(`wiki.ci.org`) || (Host(`a.wiki.ci.org`))) && ClientIP(`10.0.0.0/8`)",
    "Host(`wiki.ci.org`) && Header(`x`, `Host(`)",
    "Host(`wiki.ci.org`) || Host(`collabora.example.com`)",
    "Host(`wiki.example`) || Host(`wiki.test`)",
    "HostSNI(`wiki.ci.org`)",
  ])("%s", (rule) => expect(foreign(rule)).toEqual([]));
});

describe("it is not", () => {
  it.each([
    "PathPrefix(`/`)",
    "",
    "Host()",
    "Host(``)",
    "HostSNI(`*`)",
    "HostRegexp(`.*`)",
    "!Host(`wiki.ci.org`)",
    "!(Host(`wiki.ci.org`))",
    "Host(`wiki.ci.org`) || PathPrefix(`/`)",
    "PathPrefix(`/`) || Host(`wiki.ci.org`)",
    "Host(`wiki.ci.org`) && Path(`/a`) || Path(`/b`)",
    "(Host(`wiki.ci.org`) || Path(`/a`)) && Method(`GET`)",
    "Host(`wiki.ci.org`) || !Host(`wiki.ci.org`)",
    "(Host(`wiki.ci.org`)",
    "Host(`wiki.ci.org`))",
    "Host(`wiki.ci.org`) Path(`/`)",
    "Host(`wiki.ci.org`) | Path(`/`)",
    "Host(wiki.ci.org)",
    `Host(\`wiki.ci.org\`) && (${"(".repeat(5_000)}`,
  ])("%s", (rule) => expect(foreign(rule)).toContainEqual(expect.stringMatching(`${ANY_HOST}|^wiki`)));

  it.each([
    ["Host(`other.org`)", ["other.org"]],
    ["Host(`wiki.ci.org`, `ci.org`)", ["ci.org"]],
    ["host(`notwiki.ci.org`) || Host(`a.wiki.ci.org`)", ["notwiki.ci.org"]],
    ["Host(`wiki.ci.org.evil.net`)", ["wiki.ci.org.evil.net"]],
    ["Host (`other.org`) && HostSNI(\"b.org\", 'c.org')", ["other.org", "b.org", "c.org"]],
  ])("%s: it names %s", (rule, hosts) => expect(foreign(rule)).toEqual(hosts));
});

it("of a bot whose own domain is a name of nobody's, another such name may be another app", () => {
  expect(foreignHosts("Host(`b.test`)", "a.test")).toEqual(["b.test"]);
  expect(foreignHosts("Host(`b.a.test`)", "a.test")).toEqual([]);
});
