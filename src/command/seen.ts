/**
 * Whether the head of a pull request is what a person could have seen when they wrote a comment: the last that was pushed before it,
 * by our own record of pushes and GitHub's clock. Within one second nobody has seen a push but who made it.
 */

/** `at` is null for the head with which a pull request was opened, or was first met. */
type Push<Head> = { head: Head; at: string | null; by: string };

/** Null where it is; else what they saw, as far as is known. A pull request of which nothing is recorded has only its head. */
export function unseenHead<Head>(
  head: Head,
  { login, at }: { login: string; at: string },
  pushes: readonly Push<Head>[],
): { seen: Head | null } | null {
  if (pushes.length === 0) return null;
  const second = (time: string) => Math.floor(Date.parse(time) / 1_000);
  const wasThere = (push: Push<Head>) =>
    push.at === null || second(push.at) < second(at) || (push.by === login && second(push.at) === second(at));
  const seen = pushes.findLast(wasThere)?.head ?? null;
  return seen === head ? null : { seen };
}

export const notSeen = (head: string, seen: string | null): string =>
  `The head of this pull request is \`${head}\` by now, and when you wrote it was ${seen === null ? "another" : `\`${seen}\``}: you cannot have seen what would run. Nothing was started. Look at \`${head}\`, then comment \`!testme\` again.`;

export const notTheHead = (head: string, named: string): string =>
  `You have approved \`${named}\`, and the head of this pull request is \`${head}\`. Nothing was started. Look at that commit, then comment \`!testme approve ${head}\`.`;

export const notApproved = (head: string, why: string): string =>
  `\`${head}\` is a stranger's commit: ${why}. It would run on our host, so somebody has to look at it first, and then comment \`!testme approve ${head}\`, which lets that commit run and no later one.`;
