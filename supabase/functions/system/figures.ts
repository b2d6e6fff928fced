/** Views of the whole, as rows. */
import { ErrorDistribution, Feed, Performance, Quality } from "../../../shared/http/answers/system.ts";
import { answer, type Handlers } from "../_shared/app.ts";
import type { CallSql } from "../_shared/sql_call.ts";

type Figures = `GET /system/${"performance" | "errors" | "quality" | "feed"}`;

/** Each answers `{<subject>: [row, …]}`, newest or most first. */
export function answerFigures(call: CallSql): Pick<Handlers<"system">, Figures> {
  const rows = async (subject: string) => ({ [subject]: await call("figures", { subject }) });
  return {
    "GET /system/performance": async () => answer(200, Performance.parse(await rows("performance"))),
    "GET /system/errors": async () => answer(200, ErrorDistribution.parse(await rows("errors"))),
    "GET /system/quality": async () => answer(200, Quality.parse(await rows("quality"))),
    "GET /system/feed": async () => answer(200, Feed.parse(await rows("feed"))),
  };
}
