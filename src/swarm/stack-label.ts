/** The label by which docker marks everything of a stack, and by which we find it again. */
const NAMESPACE = "com.docker.stack.namespace";

export const labelOf = (stack: string): Record<string, string> => ({ [NAMESPACE]: stack });
/** The stack that a thing with these labels belongs to. */
export const stackIn = (labels: Readonly<Record<string, string>>): string | null => labels[NAMESPACE] ?? null;
/** As a filter of the engine's lists. */
export const ofStack = (stack: string): string => `${NAMESPACE}=${stack}`;
