/** How audit events name whoever runs a command that writes over SQL. */
import { userInfo } from "node:os";

/** `ops:<login>`: the person's login on his own machine, no more; a user without a name is told by his number. */
export function operatorName(): string {
  return `ops:${Deno.env.get("USER") || Deno.env.get("USERNAME") || loginOfProcess()}`;
}

function loginOfProcess(): string {
  try {
    return userInfo().username;
  } catch {
    return `uid-${Deno.uid() ?? "none"}`; // a container's user that no password file knows
  }
}
