// The proof of holding an app domain's lock: what it covers, and that code which forgot it does not compile.
import { describe, expect, it } from "vitest";
import { Lease } from "../../../src/run/lease.ts";
import type { App, Deployer, Deployment } from "../../../src/swarm/deployer.ts";
import type { Stack, SwarmWriter } from "../../../src/swarm/swarm.ts";

const domain = "disc-3f9a1c.ci.example.org";

describe("a lease", () => {
  it("covers its own app domain and no other", () => {
    const lease = new Lease(domain, "a-run", async () => undefined);
    expect(() => lease.assertCovers(domain)).not.toThrow();
    for (const another of ["", "disc-3f9a1c.ci.example", `x.${domain}`, domain.toUpperCase()])
      expect(() => lease.assertCovers(another)).toThrow(`the lease of ${domain} does not cover ${another}`);
  });

  it("covers nothing once it has been given back", async () => {
    const lease = new Lease(domain, "a-run", async () => undefined);
    await lease.release();
    expect(() => lease.assertCovers(domain)).toThrow(`the lease of ${domain} has been given back`);
  });

  it("gives the lock back once, however often it is told to", async () => {
    let given = 0;
    const lease = new Lease(domain, "a-run", async () => {
      given += 1;
    });
    await lease.release();
    await lease.release();
    expect(given).toBe(1);
  });
});

describe("code without a lease does not compile", () => {
  // Only its types are asked; nobody calls it.
  const writes = (
    writer: SwarmWriter,
    deployer: Deployer,
    lease: Lease,
    stack: Stack,
    app: App,
    deployment: Deployment,
  ): void => {
    const forged = { appDomain: domain, assertCovers: () => undefined, release: () => undefined };
    void writer.removeStack(lease, stack);
    void deployer.deploy(lease, app, deployment);
    void writer.ensureSecret(lease, stack, "name", "value");
    // @ts-expect-error: no lease
    void writer.removeStack(stack);
    // @ts-expect-error: a lease of one's own making
    void writer.removeStack(forged, stack);
    // @ts-expect-error: a maybe
    void writer.removeStack(null as Lease | null, stack);
    // @ts-expect-error: no lease
    void deployer.deploy(app, deployment);
    // @ts-expect-error: a lease of one's own making
    void deployer.deploy(forged, app, deployment);
    // @ts-expect-error: no lease
    void writer.ensureSecret(stack, "name", "value");
    // @ts-expect-error: a lease of one's own making
    void writer.ensureSecret(forged, stack, "name", "value");
  };

  it("as `tsc` proves with every comment in the function above", () => {
    expect(writes).toBeTypeOf("function");
  });
});
