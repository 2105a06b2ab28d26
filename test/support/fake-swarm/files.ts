/**
 * What lies in the fake engine's volumes, as far as the archive API and a few commands show it. A container has nothing but its
 * volumes; a folder is there where something is in it, and a volume's own always is.
 */
import { posix } from "node:path";
import { Readable } from "node:stream";
import { buffer } from "node:stream/consumers";
import { pipeline } from "node:stream/promises";
import { extract, pack } from "tar-stream";
import type { CommandRun } from "../../../src/swarm/swarm.ts";
import { runOf } from "./fixture-command.ts";
import type { TaskRecord } from "./tasks.ts";

export const createFiles = () => {
  /** By volume, then by the path in it. */
  const volumes = new Map<string, Map<string, string>>();

  const contentOf = (volume: string): Map<string, string> => {
    const content = volumes.get(volume) ?? new Map<string, string>();
    volumes.set(volume, content);
    return content;
  };
  /** All files of the container, by their absolute paths; and how to write one. */
  const inside = ({ template }: TaskRecord) => {
    const mounts = template.ContainerSpec.Mounts;
    return {
      files: mounts.flatMap(({ Source, Target }) =>
        [...contentOf(Source)].map(([path, content]) => [posix.join(Target, path), content] as const),
      ),
      isFolder: (path: string) => mounts.some(({ Target }) => Target === path),
      write(path: string, content: string): boolean {
        const mount = mounts.find(({ Target }) => path.startsWith(`${Target}/`));
        if (mount) contentOf(mount.Source).set(posix.relative(mount.Target, path), content);
        return mount !== undefined;
      },
    };
  };

  return {
    lose: (volume: string) => volumes.delete(volume),
    look(task: TaskRecord, path: string): "file" | "directory" | null {
      const { files, isFolder } = inside(task);
      if (files.some(([name]) => name === path)) return "file";
      return isFolder(path) || files.some(([name]) => name.startsWith(`${path}/`)) ? "directory" : null;
    },
    take(task: TaskRecord, path: string): Readable {
      const archive = pack();
      const from = posix.dirname(path);
      const { files, isFolder } = inside(task);
      if (isFolder(path)) archive.entry({ name: `${posix.relative(from, path)}/`, type: "directory" });
      for (const [name, content] of files)
        if (name === path || name.startsWith(`${path}/`))
          archive.entry({ name: posix.relative(from, name) }, content);
      archive.finalize();
      return Readable.from(archive);
    },
    async put(task: TaskRecord, folder: string, archive: Readable): Promise<void> {
      const [entries, { write }] = [extract(), inside(task)];
      const read = pipeline(archive, entries);
      for await (const entry of entries) {
        const content = (await buffer(entry)).toString("utf8");
        if (entry.header.type === "file") write(posix.join(folder, entry.header.name), content);
      }
      await read;
    },
    /** Beside what fixture-command.ts knows: `cat <path>` and `echo <word> > <path>`. */
    run(task: TaskRecord, command: string, withinMs: number): CommandRun {
      const { files, write } = inside(task);
      const exited = (code: number, lines: string[]): CommandRun => ({
        end: { is: "exited", code },
        stdout: code === 0 ? lines : [],
        lines,
      });
      const [, shown] = /^cat (\/\S+)$/.exec(command) ?? [];
      if (shown !== undefined) {
        const found = files.find(([name]) => name === shown);
        return found ? exited(0, [found[1]]) : exited(1, [`cat: can't open '${shown}'`]);
      }
      const [, said = "", into] = /^echo (\S+) > (\/\S+)$/.exec(command) ?? [];
      if (into !== undefined)
        return write(into, said) ? exited(0, []) : exited(1, [`can't create ${into}: nonexistent directory`]);
      const image = task.template.ContainerSpec.Image;
      const { end, stdout, lines } = runOf({ image, command: ["/bin/sh", "-c", command], withinMs });
      if (end.is !== "exited" && end.is !== "out-of-time") throw new Error(`no command ends ${end.is} here`);
      return { end, stdout, lines };
    },
  };
};
