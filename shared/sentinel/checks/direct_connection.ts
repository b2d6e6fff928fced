/** Whether the rule "transaction pooler only" is suspended: an emergency door that must not stay open unseen. */
import type { Check } from "../check.ts";

export const directConnection: Check = {
  name: "direct_connection",
  remedy: "When the pooler is back, put port 6543 into DATABASE_URL again and unset DRAGONFLY_DIRECT_UNTIL.",
  look: ({ directUntil, now }) =>
    Promise.resolve(
      directUntil === null || directUntil <= now ? [] : [{
        level: "warning",
        message: `Direct database connections are permitted until ${directUntil.toISOString()}`,
      }],
    ),
};
