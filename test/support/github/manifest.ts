/** What the app asks of whoever installs it: app.yml, as GitHub takes it. */
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { parse } from "yaml";
import * as z from "zod";

const file = join(import.meta.dirname, "../../../app.yml");
const Manifest = z.object({
  default_events: z.array(z.string()),
  default_permissions: z.record(z.string(), z.enum(["read", "write"])),
});

export const manifest = async () => Manifest.parse(parse(await readFile(file, "utf8")));
