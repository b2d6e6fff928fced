/** Durations as people type them. */
import { UsageError } from "./command.ts";

const UNITS = { s: 1 / 60, m: 1, h: 60, d: 1440 } as const;

/** `90m`, `2h`, `1d`, `30s` to minutes. @throws UsageError. */
export function minutesOf(flag: string, typed: string): number {
  const match = /^(\d{1,5})([smhd])$/.exec(typed.trim());
  const unit = match?.[2];
  if (match === null || (unit !== "s" && unit !== "m" && unit !== "h" && unit !== "d")) {
    throw new UsageError(`--${flag} takes a duration like 30m, 2h or 1d, not "${typed}".`);
  }
  return Number(match[1]) * UNITS[unit];
}
