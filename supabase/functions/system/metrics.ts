/** Figures for Prometheus. */
import type { SystemGateway } from "../../../shared/data/system_gateway.ts";
import { renderMetrics } from "../../../shared/sentinel/prometheus.ts";
import type { HandlerOf } from "../_shared/app.ts";

/** The text format, version 0.0.4. */
export function answerMetrics(system: SystemGateway): HandlerOf<"system", "GET /system/metrics"> {
  return async (context) => {
    return context.body(renderMetrics(await system.metrics()), 200, {
      "content-type": "text/plain; version=0.0.4; charset=utf-8",
      "cache-control": "no-store",
    });
  };
}
