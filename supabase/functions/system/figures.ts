/** Views of the whole, as rows. */
import type { SupabaseClient } from "@supabase/supabase-js";
import { Problem } from "../../../shared/errors.ts";
import type { Handler } from "../_shared/app.ts";

/** Route to view, and what it is ordered by. */
const VIEWS = {
  performance: { view: "v_batch_performance", order: "hour_bucket" },
  errors: { view: "v_error_distribution", order: "occurrence_count" },
  quality: { view: "v_quality_trend", order: "week" },
  feed: { view: "v_live_feed_events", order: "event_time" },
} as const;

const MOST_ROWS = 500;

/** Answers `{<name>: [row, …]}`, newest or most first. */
export function answerView(
  client: SupabaseClient,
  name: keyof typeof VIEWS,
): Handler {
  const { view, order } = VIEWS[name];
  return async (context) => {
    const { data, error } = await client.schema("ops").from(view).select("*")
      .order(order, { ascending: false }).limit(MOST_ROWS);
    if (error !== null) {
      throw new Problem("UNAVAILABLE", "The database does not answer.", {
        cause: error,
      });
    }
    return context.json({ [name]: data });
  };
}
