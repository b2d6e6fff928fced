/** `ops pgrst-reload`: tells REST to read the database's catalog again. A bare `reload` would be ignored. */
import { command, EXIT } from "../command.ts";

interface Reload {
  readonly notified: "reload schema";
}

export const pgrstReload = command<Reload>({
  name: "pgrst-reload",
  effects: "notify pgrst, 'reload schema'",
  examples: [
    ["", "after a change of the schema by hand"],
    ["--env prod --yes", "on prod, unasked"],
  ],
  async run({ target }, report) {
    const sql = await target.sql();
    await sql`notify pgrst, 'reload schema'`;
    report({ notified: "reload schema" });
    return EXIT.fine;
  },
  show: () => "Sent notify pgrst, 'reload schema'. ops fix-schema-cache sees whether it helped.",
});
