/** Views of the whole, as rows. */
import type { SystemGateway } from "../../../shared/data/system_gateway.ts";
import { answer, type Handlers } from "../_shared/app.ts";

type Figures = `GET /system/${"performance" | "errors" | "quality" | "feed"}`;

/** Each answers `{<subject>: [row, …]}`, newest or most first. */
export function answerFigures(system: SystemGateway): Pick<Handlers<"system">, Figures> {
  return {
    "GET /system/performance": async () => answer(200, await system.performance()),
    "GET /system/errors": async () => answer(200, await system.errors()),
    "GET /system/quality": async () => answer(200, await system.quality()),
    "GET /system/feed": async () => answer(200, await system.feed()),
  };
}
