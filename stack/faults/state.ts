/**
 * What a stack does wrong on purpose. Only tests and `chaos` switch anything on; a fresh stack does nothing
 * wrong.
 */
import * as z from "zod";

/** Who queued a wake-up: the body's `by`, as the project's own SQL writes it. */
export const WakeBy = z.enum(["trigger", "cron", "sql", "other"]);
export type WakeBy = z.infer<typeof WakeBy>;

const WakeFault = z.object({
  /** Shares of wake-ups, 0 to 1. */
  lose: z.number().min(0).max(1).default(0),
  double: z.number().min(0).max(1).default(0),
  delay_ms: z.number().int().nonnegative().default(0),
});

/** Every switch, all off by default. */
export const FaultState = z.object({
  /** pg_net sends nothing; what is queued stays queued. */
  net_stopped: z.boolean().default(false),
  wakes: z.partialRecord(WakeBy, WakeFault).default({}),
  /** REST answers PGRST002: not at all, until `notify pgrst, 'reload schema'`, or whatever is notified. */
  rest_out: z.enum(["no", "until_notify", "always"]).default("no"),
  /** The next downloads' bodies break off after so many bytes; `times` counts down. */
  storage_cut: z.object({ after_bytes: z.number().int().nonnegative(), times: z.number().int().positive() })
    .nullable()
    .default(null),
  /** So many of the next downloads find no bytes though the row is there, as while an object is moved. */
  storage_lost: z.number().int().nonnegative().default(0),
  /** Downloads go through a cache that gives old bytes for so long after an object was replaced. */
  storage_stale: z.object({ by: z.enum(["address", "path"]), hold_ms: z.number().int().nonnegative() })
    .nullable()
    .default(null),
});
export type FaultState = z.infer<typeof FaultState>;

export interface Faults {
  state: FaultState;
  restIsOut(): boolean;
  /** A reload notice arrived. */
  schemaReloaded(): void;
  /** Takes one cut off the supply; null when there is none. */
  takeCut(): number | null;
  /** Takes one loss off the supply. */
  takeLoss(): boolean;
  staleness(): FaultState["storage_stale"];
}

export function makeFaults(): Faults {
  return {
    state: FaultState.parse({}),
    restIsOut() {
      return this.state.rest_out !== "no";
    },
    schemaReloaded() {
      if (this.state.rest_out === "until_notify") this.state.rest_out = "no";
    },
    takeCut() {
      const cut = this.state.storage_cut;
      if (cut === null) return null;
      this.state.storage_cut = cut.times > 1 ? { ...cut, times: cut.times - 1 } : null;
      return cut.after_bytes;
    },
    takeLoss() {
      const lost = this.state.storage_lost > 0;
      if (lost) this.state.storage_lost--;
      return lost;
    },
    staleness() {
      return this.state.storage_stale;
    },
  };
}
