/** Limits of Supabase's edge runtime: https://supabase.com/docs/guides/functions/limits */

export interface Limits {
  /** Isolates of one function that take requests at a time. */
  isolates: number;
  cpuSoftMs: number;
  cpuHardMs: number;
  /** Above what the bare runtime uses. */
  memoryMb: number;
  wallMs: number;
  idleMs: number;
  /** Log lines per `logWindowMs`; more are dropped. */
  logLines: number;
  logWindowMs: number;
}

export const LIMITS: Limits = {
  isolates: 4,
  cpuSoftMs: 1000,
  cpuHardMs: 2000,
  memoryMb: 256,
  wallMs: 400_000, // 150_000 on the free plan
  idleMs: 10_000,
  logLines: 100,
  logWindowMs: 10_000,
};

/** How often running isolates are measured. */
export const METER_EVERY_MS = 50;

export type Reason = "cpu" | "memory" | "wall_clock" | "early_drop" | "termination";
