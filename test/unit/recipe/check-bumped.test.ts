// biome-ignore-all lint/suspicious/noTemplateCurlyInString: compose's interpolation, not JavaScript's.
import { describe, expect, it } from "vitest";
import { checkBumped } from "../../../src/recipe/check-bumped.ts";
import type { NamedFile } from "../../../src/recipe/named-files.ts";

const conf: NamedFile = { kind: "config", key: "conf", name: "s_conf_v1", file: "app.ini", text: "a\n" };
const check = (head: Partial<NamedFile>, name = "${STACK_NAME}_conf_${CONF_VERSION}", base = [conf]) =>
  checkBumped(
    base,
    [{ ...conf, ...head }],
    new Map([["compose.yml", `services: {}\nconfigs:\n  conf:\n    file: app.ini\n    name: "${name}"\n`]]),
  );

describe("a file that changed under the same name", () => {
  it("is told with the variable to raise, at the line of the name", () => {
    expect(check({ text: "b\n" })).toEqual({
      file: "compose.yml",
      line: 5,
      reason:
        "the config conf is still called s_conf_v1, but its file app.ini changed, and docker never changes a config that it has: raise CONF_VERSION in abra.sh",
    });
  });

  it.each([
    ["${STACK_NAME}_conf_${CONF_VERSION:-v1}", "raise CONF_VERSION"],
    ["$STACK_NAME-conf-$CONF_VERSION", "raise CONF_VERSION"],
    ["${CONF_VERSION}_${STACK_NAME}", "raise CONF_VERSION"],
    ["$${NOT_ONE}_${CONF_VERSION}", "raise CONF_VERSION"],
    [
      "${STACK_NAME}_conf_v1",
      "give it a `name` that ends in a version, e.g. ${STACK_NAME}_conf_${CONF_VERSION}",
    ],
  ])("called %s", (name, way) => expect(check({ text: "b\n" }, name)?.reason).toContain(`: ${way}`));

  it("has the line of its file, where its name has no version", () => {
    expect(check({ text: "b\n" }, "${STACK_NAME}_conf")?.line).toBe(4);
  });

  it("counts by the engine's name, whatever the files call it, and by each byte", () => {
    expect(check({ key: "conf", file: "moved.ini", text: "a" })).not.toBeNull();
    expect(check({ text: "b\n" }, undefined, [{ ...conf, key: "old_key" }])).not.toBeNull();
  });

  it.each([
    ["changed nothing", {}],
    ["moved and changed nothing", { file: "moved.ini", key: "other" }],
    ["raised its version", { name: "s_conf_v2", text: "b\n" }],
    ["is a secret beside a config of that name", { kind: "secret" as const, text: "b\n" }],
  ])("is none that %s", (_, head) => expect(check(head)).toBeNull());

  it("is none that is new, or gone", () => {
    expect(check({ text: "b\n" }, undefined, [])).toBeNull();
    expect(checkBumped([conf], [], new Map())).toBeNull();
  });
});
