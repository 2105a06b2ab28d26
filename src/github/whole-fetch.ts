/**
 * A request whose answer comes whole or not at all. Octokit takes an answer that is cut after its headers for an empty one, so a list
 * would read as empty and a permission as none; here the cut is an error, as any other of the wire.
 */
type Fetch = (url: string, init: RequestInit) => Promise<Response>;

export const fetchWhole =
  (withinMs: number): Fetch =>
  async (url, init) => {
    const answer = await fetch(url, { ...init, signal: AbortSignal.timeout(withinMs) });
    // Of two readers of one body the second has all that the first has waited for.
    await answer.clone().arrayBuffer();
    return answer;
  };
