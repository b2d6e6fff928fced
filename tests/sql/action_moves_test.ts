/** The state machine of an action: SQL, code and the page tell the same moves. */
import { assertEquals } from "deno-std/assert/equals.js";
import { ACTION_MOVES } from "../../shared/enforcement/actions.ts";
import { withDatabase } from "../support/database.ts";

const PAGE = new URL("../../docs/enforcement.md", import.meta.url);

Deno.test("the moves of an action in SQL, in code and in docs/enforcement.md are the same", () =>
  withDatabase(async ({ sql }) => {
    const rows = await sql`select from_status, to_status, because from enforcement.action_moves`;
    const moves = rows.map((row) => `${row.from_status} ${row.to_status}`).sort();
    assertEquals(ACTION_MOVES.map((move) => move.join(" ")).sort(), moves);
    const told = (await Deno.readTextFile(PAGE)).matchAll(
      /^\| (authorized|executing) \| (\w+) \| (.+?) \|$/gm,
    );
    assertEquals(
      [...told].map(([, from, to, because]) => `${from} ${to} ${because}`).sort(),
      rows.map((row) => `${row.from_status} ${row.to_status} ${row.because}`).sort(),
    );
  }));
