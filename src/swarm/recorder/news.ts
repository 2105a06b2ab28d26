/**
 * Tells news from what is known already, so that a quiet engine leaves a short record. It knows what was noted last of each
 * subject, and whose containers have ended and may still have something to tell.
 */
import type { Observation, Service, Task } from "../../verdict/observation.ts";
import type { Reading } from "../swarm.ts";

export type News = ReturnType<typeof createNews>;
export type Ended = Pick<Task, "id" | "node"> & { container: string };

/** The kernel's flag on a container may come this long after its death. */
const FLAG_WITHIN_MS = 1_500;
const ENDED = new Set(["failed", "rejected", "complete", "shutdown"]);

export const createNews = () => {
  const known = new Map<string, string>();
  const done = new Set<string>();
  /** The newest version that was noted of each service, by id, and when. */
  const noted = new Map<string, { version: number; at: string }>();
  const isNews = (subject: string, fact: unknown): boolean => {
    const text = JSON.stringify(fact);
    if (known.get(subject) === text) return false;
    known.set(subject, text);
    return true;
  };
  const goneFrom = (reading: Reading): string[] => {
    const names = reading.services.map((s) => s.name);
    return [...known.keys()].flatMap((key) => {
      const name = /^service (.*)$/.exec(key)?.[1];
      return name && !names.includes(name) && known.get(key) !== "null" ? [name] : [];
    });
  };
  /** A service on its own; null if it is no news, or older than what is known: answers may overtake each other. */
  const ofService = (service: Service, at: string): Observation | null => {
    const last = noted.get(service.id);
    if (last && service.version < last.version) return null;
    if (service.version !== last?.version) noted.set(service.id, { version: service.version, at });
    return isNews(`service ${service.name}`, service) ? { is: "service", at, service } : null;
  };
  const ofTasks = (reading: Reading, service: Service, at: string): Observation | null => {
    const last = noted.get(service.id);
    if (last && service.version < last.version) return null;
    const facts = tasksOf(reading, service);
    // These tasks were read beside that very version, so they are no older than its note.
    const readAt = last && last.at > at ? last.at : at;
    return isNews(`tasks ${service.id}`, facts)
      ? { is: "tasks", at: readAt, service: service.id, ...facts }
      : null;
  };
  return {
    isNews,
    ofService,
    begin(reading: Reading, at: string) {
      for (const service of reading.services) ofService(service, at);
      for (const task of reading.tasks) if (ENDED.has(task.state) && task.container) done.add(task.container);
    },
    changesIn(reading: Reading, at: string): Observation[] {
      return [
        ...reading.services.flatMap((service) => ofService(service, at) ?? []),
        ...reading.services.flatMap((service) => ofTasks(reading, service, at) ?? []),
        ...goneFrom(reading)
          .filter((name) => isNews(`service ${name}`, null))
          .map((service) => ({ is: "service-gone" as const, at, service })),
      ];
    },
    /** Tasks that ended and had a container, each until the kernel's flag can no longer come. */
    endsToRead(reading: Reading, nowMs: number): Ended[] {
      return reading.tasks.flatMap((task) => {
        const { id, node, container } = task;
        if (!container || !ENDED.has(task.state) || done.has(container)) return [];
        if (nowMs > Date.parse(task.changedAt) + FLAG_WITHIN_MS) done.add(container);
        return [{ id, node, container }];
      });
    },
  };
};

const tasksOf = (reading: Reading, service: Service) => {
  const tasks = reading.tasks.filter((t) => t.service === service.id);
  const isHere = (id: string) => tasks.some((t) => t.id === id);
  return { tasks, upToDate: reading.upToDate.filter(isHere), stamped: reading.stamped.filter(isHere) };
};
