/** What the system says of itself, asked again and again while somebody looks. */
import { useQuery } from "@tanstack/react-query";
import type { AnsweredBy } from "../../shared/http/client.ts";
import { Refused } from "../../shared/http/refused.ts";
import { useDesk } from "../session/context.tsx";
import { lightsOf } from "./lights.ts";
import { BUSY_MS, QUIET_MS } from "../look/pace.ts";

export function useHealth() {
  const { calls: { client } } = useDesk();
  const run = useQuery({
    queryKey: ["sentinel"],
    refetchInterval: QUIET_MS,
    queryFn: async ({ signal }) => {
      try {
        return (await client.call("GET /sentinel/latest", { signal })).body;
      } catch (error) {
        if (error instanceof Refused && error.code === "NOT_FOUND") return null; // it has not run yet
        throw error;
      }
    },
  });
  const ready = useQuery<AnsweredBy<"GET /system/readyz">["body"]>({
    queryKey: ["readyz"],
    refetchInterval: ({ state }) => state.error === null ? QUIET_MS : BUSY_MS,
    queryFn: async ({ signal }) => (await client.call("GET /system/readyz", { signal })).body,
  });
  const status = useQuery({
    queryKey: ["status"],
    refetchInterval: QUIET_MS,
    queryFn: async ({ signal }) => (await client.call("GET /system/status", { signal })).body,
  });
  const lights = lightsOf({
    run: run.error ? null : run.data,
    ready: ready.error ? null : ready.data,
    status: status.error ? null : status.data,
    now: new Date(),
  });
  return { run, ready, status, lights };
}
