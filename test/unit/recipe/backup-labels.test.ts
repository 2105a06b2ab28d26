// What the labels of a recipe take out of it.
import { describe, expect, it } from "vitest";
import { backupPlanOf } from "../../../src/recipe/backup-labels.ts";
import { parseStackConfig } from "../../../src/recipe/stack-config.ts";

const plan = (services: Record<string, unknown>, volumes: readonly string[] = ["data", "dumps"]) =>
  backupPlanOf(
    parseStackConfig(
      JSON.stringify({ services, volumes: Object.fromEntries(volumes.map((name) => [name, {}])) }),
    ),
    "wiki_example_org",
  );
const service = (
  labels: Record<string, string>,
  ...mounts: (readonly [source: string, target: string])[]
) => ({
  image: "example/app:1",
  deploy: { labels },
  volumes: mounts.map(([source, target]) => ({ type: "volume", source, target })),
});

describe("backup labels", () => {
  it("take all volumes of a recipe that asks for backups, and nothing of one that does not", () => {
    const mounts = [["data", "/data"]] as const;
    expect(plan({ app: service({}, ...mounts) })).toMatchObject({ services: [], taken: [], hooks: [] });
    expect(plan({ app: service({ "backupbot.backup": "true" }, ...mounts) })).toMatchObject({
      services: ["app"],
      taken: [{ service: "app", volume: "wiki_example_org_data", path: "/data", isNamed: false }],
    });
  });

  it("leave a volume out, name paths of another, and run hooks where they stand", () => {
    const labels = {
      "backupbot.backup": "true",
      "backupbot.backup.volumes.data": "false",
      "backupbot.backup.volumes.dumps.path": "dump.sql, ../etc",
      "backupbot.backup.pre-hook": "dump",
      "backupbot.restore.post-hook": "load",
    };
    expect(plan({ db: service(labels, ["data", "/data"], ["dumps", "/dumps"]) })).toMatchObject({
      taken: [{ service: "db", volume: "wiki_example_org_dumps", path: "/dumps/dump.sql", isNamed: true }],
      hooks: [
        { service: "db", phase: "backup pre-hook", command: "dump" },
        { service: "db", phase: "restore post-hook", command: "load" },
      ],
    });
  });
});
