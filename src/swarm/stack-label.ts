/** The label by which docker marks everything of a stack, and by which we find it again. */
const NAMESPACE = "com.docker.stack.namespace";

export const labelOf = (stack: string): Record<string, string> => ({ [NAMESPACE]: stack });
/** As a filter of the engine's lists. */
export const ofStack = (stack: string): string => `${NAMESPACE}=${stack}`;
