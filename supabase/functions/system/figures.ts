/** Views of the whole, as rows. */
import * as z from "zod";
import type { Handler } from "../_shared/app.ts";
import type { CallSql } from "../_shared/sql_call.ts";

const Rows = z.array(z.looseObject({}));

/** Answers `{<subject>: [row, …]}`, newest or most first. */
export function answerFigures(
  call: CallSql,
  subject: "performance" | "errors" | "quality" | "feed",
): Handler {
  return async (context) => context.json({ [subject]: Rows.parse(await call("figures", { subject })) });
}
