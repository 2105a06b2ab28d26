import { describe, expect, test } from "vitest";
import { redactor } from "../../../src/swarm/redaction.ts";

const of = (values: Record<string, string>, secrets: string[] = []) =>
  redactor(new Map(Object.entries(values)), secrets);

describe("values of the app", () => {
  test("are replaced by their names, wherever they stand", () => {
    const redact = of({ DB_PASSWORD: "hunter22", ADMIN: "root-user" });
    expect(redact("root-user/hunter22, again: xhunter22x")).toBe(
      "<redacted ADMIN>/<redacted DB_PASSWORD>, again: x<redacted DB_PASSWORD>x",
    );
  });

  test("may hold what a regular expression, or a replacement, would read as its own", () => {
    const redact = of({ A: "a.b*c(d", B: "[^x]+$&$1\\d", C: "p|q^r{2}" });
    expect(redact("a.b*c(d [^x]+$&$1\\d p|q^r{2} aXbbcd")).toBe(
      "<redacted A> <redacted B> <redacted C> aXbbcd",
    );
  });

  test("the longest first, where one begins another", () => {
    const redact = of({ SHORT: "secret", LONG: "secret-key-2" });
    expect(redact("secret-key-2 secret-key")).toBe("<redacted LONG> <redacted SHORT>-key");
  });

  test("what stands for a value is never searched itself", () => {
    expect(of({ REDACTED: "redacted", X: "<redacted" })("redacted <redacted")).toBe(
      "<redacted REDACTED> <redacted X>",
    );
  });

  test("empty, short and plain values stay, and so do numbers", () => {
    const redact = of({ EMPTY: "", SHORT: "abc12", YES: "true", MODE: "production", SIZE: "1048576" });
    const text = "abc12 true production 1048576";
    expect(redact(text)).toBe(text);
    expect(of({})(text)).toBe(text);
  });

  test("the names of the stack and the recipe stay, even under another name", () => {
    const redact = of({
      DOMAIN: "app.example.com",
      STACK_NAME: "app_example_com",
      TYPE: "wordpress",
      SITE: "app.example.com",
    });
    const text = "app_example_com at app.example.com is a wordpress";
    expect(redact(text)).toBe(text);
  });

  test("as JSON and as a URL write them", () => {
    const redact = of({ KEY: 'p"q\\r/s t' });
    expect(redact(JSON.stringify({ k: 'p"q\\r/s t' }))).toBe('{"k":"<redacted KEY>"}');
    expect(redact(`x?k=${encodeURIComponent('p"q\\r/s t')}`)).toBe("x?k=<redacted KEY>");
  });

  test("line by line, where they have several", () => {
    const redact = of({ CERT: "first line of it\nsecond line of it\nshort" });
    expect(redact("second line of it")).toBe("<redacted CERT>");
    expect(redact("a short one")).toBe("a short one");
  });
});

test("secrets of the run have no name to show, and may be short; less than four characters are no secret", () => {
  expect(of({}, ["a1b2", "xyz"])("a1b2 xyz")).toBe("<redacted> xyz");
});

describe("tokens whoever made them", () => {
  const redact = of({});
  test.each([
    [`ghp_${"a1".repeat(18)}`, "<redacted token>"],
    [`ghs_${"a1".repeat(18)}`, "<redacted token>"],
    [`github_pat_11AB_${"x".repeat(40)}`, "<redacted token>"],
    ["Authorization: Bearer abc.def-ghi", "Authorization: <redacted>"],
    [`{"authorization":"Basic dXNlcjpwYXNz"}`, `{"authorization":"<redacted>"}`],
    ["sent Bearer eyJhbGciOi.J9.x_y", "sent Bearer <redacted>"],
    ["postgres://user:p@ss@db:5432/app", "postgres://<redacted>@db:5432/app"],
    ["https://x-access-token:abc@github.com/a/b", "https://<redacted>@github.com/a/b"],
    ["DB_PASSWORD=hunter2 rest", "DB_PASSWORD=<redacted> rest"],
    [`password: "two words", user`, `password: <redacted>, user`],
    [`{"client_secret": "abc"}`, `{"client_secret": <redacted>}`],
    ["?token=abc&page=2", "?token=<redacted>&page=2"],
  ])("%s", (text, safe) => {
    expect(redact(text)).toBe(safe);
  });

  test("a private key, whole, without its end, and without its beginning", () => {
    const [begin, end] = ["-----BEGIN RSA PRIVATE KEY-----", "-----END RSA PRIVATE KEY-----"];
    const body = "MIIEowIBAAKCAQEAu\nx3N0/+aa==";
    expect(redact(`a\n${begin}\nProc-Type: 4,ENCRYPTED\n\n${body}\n${end}\nb`)).toBe(
      "a\n<redacted private key>\nb",
    );
    expect(redact(`a\n${begin}\n${body}`)).toBe("a\n<redacted private key>");
    expect(redact(`${body}\n${end}\nb`)).toBe("<redacted private key>\nb");
    expect(redact(`${begin}\\n${body.replace("\n", "\\n")}\\n${end}`)).toBe("<redacted private key>");
  });

  test.each([
    "bearer of bad news",
    "basic settings loaded",
    "Unexpected token: }",
    "see https://example.com/a@b and http://app:8080/",
    "password authentication failed for user",
    "-----BEGIN CERTIFICATE-----",
  ])("stays: %s", (text) => {
    expect(redact(text)).toBe(text);
  });
});
