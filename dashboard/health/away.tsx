/** Said above every page while nothing answers; when something does again, everything in sight is asked anew. */
import { useQueryClient } from "@tanstack/react-query";
import { useEffect, useRef } from "react";
import { NoAnswer } from "../../shared/http/refused.ts";
import { Moment } from "../look/pieces.tsx";
import { useHealth } from "./use_health.ts";

export function Away() {
  const { ready } = useHealth();
  const queries = useQueryClient();
  const isAway = ready.fetchStatus === "paused" || ready.error instanceof NoAnswer;
  const wasAway = useRef(false);
  useEffect(() => {
    if (wasAway.current && !isAway) void queries.invalidateQueries();
    wasAway.current = isAway;
  }, [isAway, queries]);
  return (
    <div role="status" aria-live="polite" className="away">
      {isAway && (
        <p>
          The system cannot be reached. {ready.dataUpdatedAt > 0 && (
            <>
              What you see is of <Moment at={new Date(ready.dataUpdatedAt).toISOString()} />.{" "}
            </>
          )}
          It is looked for again by itself; nothing that was sent is lost.
        </p>
      )}
    </div>
  );
}
