import { describe, expect, it } from "vitest";
import { lentTo, limitsField } from "../../../../src/recipe/policy/lent.ts";
import { defaultPolicy, type Policy } from "../../../../src/recipe/policy/policy.ts";

const defaults = { memoryBytes: 1000, cpus: 2, pids: 100 };
const policy: Omit<Policy, "exceptions"> = { ...defaultPolicy, defaults };
const can = { cpus: 8, pids: true };
const stack = (resources: string) => `services: {app: {image: x, deploy: {resources: ${resources}}}}`;
const lent = (resources: string, most: Partial<typeof policy> = {}, able: Partial<typeof can> = {}) =>
  lentTo(stack(resources), { ...policy, ...most }, { ...can, ...able });

describe("a service that sets", () => {
  it("nothing gets every limit", () => {
    const all = { app: defaults, db: defaults };
    expect(lentTo("services: {app: {image: x}, db: {image: y, deploy: null}}", policy, can)).toEqual(all);
  });

  it("all of them gets none", () => {
    expect(lent('{limits: {memory: "5", cpus: "0.1", pids: 3}}')).toEqual({});
  });

  it("one of them keeps it, and gets the others", () => {
    expect(lent('{limits: {memory: "99999999"}}')).toEqual({ app: { cpus: 2, pids: 100 } });
    expect(lent('{limits: {cpus: "7"}}')).toEqual({ app: { memoryBytes: 1000, pids: 100 } });
    expect(lent("{limits: {pids: 7}}")).toEqual({ app: { memoryBytes: 1000, cpus: 2 } });
  });

  it("a zero has set none, for Swarm takes it for none", () => {
    expect(lent('{limits: {memory: "0", cpus: "0", pids: 0}}')).toEqual({ app: defaults });
  });

  it("only a reservation gets no less than that", () => {
    expect(lent('{reservations: {memory: "4000", cpus: "0.5"}}')).toEqual({
      app: { ...defaults, memoryBytes: 4000 },
    });
  });
});

describe("what is lent", () => {
  it("is no more than the operator allows a recipe to ask for", () => {
    expect(lent("{}", { maxMemoryBytes: 600, maxCpus: 0.5 })).toEqual({
      app: { memoryBytes: 600, cpus: 0.5, pids: 100 },
    });
  });

  it("is no more than the smallest node has, because an engine refuses that", () => {
    expect(lent("{}", {}, { cpus: 1 })).toEqual({ app: { ...defaults, cpus: 1 } });
  });

  it("is what can be set", () => {
    expect(lent("{}", {}, { pids: false })).toEqual({ app: { memoryBytes: 1000, cpus: 2 } });
  });

  it("is nothing where the operator wants none", () => {
    expect(lent("{}", { defaults: { memoryBytes: null, cpus: null, pids: null } })).toEqual({});
  });
});

it("is written as compose has it", () => {
  expect(limitsField(defaults)).toEqual({ memory: "1000", cpus: "2", pids: 100 });
  expect(limitsField({ pids: 5 })).toEqual({ pids: 5 });
});
