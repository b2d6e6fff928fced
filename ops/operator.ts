/** How audit events name whoever runs a command that writes over SQL. */

/** `ops:<login>`: the person's login on his own machine, no more. */
export function operatorName(): string {
  return `ops:${Deno.env.get("USER") ?? Deno.env.get("USERNAME") ?? "unknown"}`;
}
