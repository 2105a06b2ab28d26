/**
 * Who may start a run: people who could merge the pull request anyway, for a run executes its code on our host.
 * Everyone else is answered once, politely, with what to do instead; bots are not answered at all, since two bots
 * that answer each other never stop.
 */

export type MayRun = { is: "yes" } | { is: "refusal"; say: string };

export function mayRun(permission: "admin" | "write" | "read" | "none", login: string): MayRun {
  switch (permission) {
    case "admin":
    case "write":
      return { is: "yes" };
    case "read":
    case "none":
      return {
        is: "refusal",
        say: `Sorry @${login}, only people with write access to this repository can start a test run: please ask one of them to comment \`!testme\` here.`,
      };
  }
}

export const isBot = (sender: { login: string; type: string }): boolean =>
  sender.type === "Bot" || sender.login.endsWith("[bot]");
