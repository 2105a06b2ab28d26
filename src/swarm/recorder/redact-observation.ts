/**
 * Where free text stands in an observation: what containers and the engine wrote, and what a recipe may have put into its
 * specs. Ids, states, times, images and the stamp's labels stay as they are, since the verdict reads them. A spec's line
 * that loses something keeps a fingerprint in its place, so that two that differed still differ.
 */
import type { Observation, Service, ServiceSpec, Task } from "../../verdict/observation.ts";
import { fingerprintOf } from "../inspect.ts";
import type { Redact } from "../redaction.ts";

const LINE_CHARACTERS = 2_000;

export const redactObservation = (o: Observation, redact: Redact): Observation => {
  switch (o.is) {
    case "before":
      return {
        ...o,
        services: o.services.map((service) => inService(service, redact)),
        tasks: o.tasks.map((task) => inTask(task, redact)),
      };
    case "service":
      return { ...o, service: inService(o.service, redact) };
    case "tasks":
      return { ...o, tasks: o.tasks.map((task) => inTask(task, redact)) };
    case "container": {
      const { container } = o;
      const health = container.health && {
        ...container.health,
        checks: container.health.checks.map((check) => ({ ...check, output: redact(check.output) })),
      };
      return { ...o, container: { ...container, health, error: redact(container.error) } };
    }
    case "log":
      return { ...o, lines: inLines(o.lines, redact) };
    case "not-captured":
      return { ...o, reason: redact(o.reason) };
    case "deployed":
      return { ...o, said: redact(o.said) };
    default:
      return o;
  }
};

/** All lines at once, since a key or a value may span several; cut only then, so that no half of one is left over. */
const inLines = (lines: readonly string[], redact: Redact): string[] =>
  lines.length === 0
    ? []
    : redact(lines.join("\n"))
        .split("\n")
        .map((line) =>
          line.length > LINE_CHARACTERS ? `${line.slice(0, LINE_CHARACTERS).toWellFormed()}…` : line,
        );

const inTask = (task: Task, redact: Redact): Task => ({
  ...task,
  message: redact(task.message),
  error: task.error && redact(task.error),
});

const inService = (service: Service, redact: Redact): Service => ({
  ...service,
  spec: inSpec(service.spec, redact),
  previous: service.previous && inSpec(service.previous, redact),
  update: service.update && { ...service.update, message: redact(service.update.message) },
});

const inSpec = (spec: ServiceSpec, redact: Redact): ServiceSpec => ({
  ...spec,
  labels: Object.fromEntries(
    Object.entries(spec.labels).map(([name, value]) => [
      name,
      isOfCoopCloud(name) ? value : distinct(value, redact),
    ]),
  ),
  lines: spec.lines.map((line) =>
    isOfCoopCloud(line.replace(/^Labels\./, "")) ? line : distinct(line, redact),
  ),
});

const isOfCoopCloud = (label: string): boolean => label.startsWith("coop-cloud.");

const distinct = (text: string, redact: Redact): string => {
  const safe = redact(text);
  return safe === text ? text : `${safe} (${fingerprintOf(text)})`;
};
