/** Figures for Prometheus. */
import { Figures, renderMetrics } from "../../../shared/sentinel/prometheus.ts";
import type { HandlerOf } from "../_shared/app.ts";
import type { CallSql } from "../_shared/sql_call.ts";

/** The text format, version 0.0.4. */
export function answerMetrics(call: CallSql): HandlerOf<"system", "GET /system/metrics"> {
  return async (context) => {
    const figures = Figures.parse(await call("metrics", {}));
    return context.body(renderMetrics(figures), 200, {
      "content-type": "text/plain; version=0.0.4; charset=utf-8",
      "cache-control": "no-store",
    });
  };
}
