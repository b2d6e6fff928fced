/** Numbers, sizes, spans and moments as people read them. Pure; the reader's language is always English. */

const WHOLE = new Intl.NumberFormat("en-US");

/** `12,345` */
export function whole(number: number): string {
  return WHOLE.format(number);
}

/** `1 row`, `12,345 rows` */
export function counted(number: number, one: string, many: string): string {
  return `${whole(number)} ${number === 1 ? one : many}`;
}

const UNITS = ["B", "kB", "MB", "GB"];

/** Bytes, by thousands: `48.2 kB`. */
export function size(bytes: number): string {
  let [value, unit] = [bytes, 0];
  while (value >= 999.5 && unit < UNITS.length - 1) [value, unit] = [value / 1000, unit + 1];
  return `${unit === 0 || value >= 100 ? Math.round(value) : value.toFixed(1)} ${UNITS[unit]}`;
}

/** Milliseconds: `45 ms`, `1.2 s`, `3 min 20 s`, `2 h 5 min`. */
export function span(ms: number): string {
  if (ms < 1000) return `${Math.round(ms)} ms`;
  if (ms < 59_950) return `${(ms / 1000).toFixed(1)} s`;
  const seconds = Math.round(ms / 1000);
  if (seconds < 3600) return `${Math.floor(seconds / 60)} min ${seconds % 60} s`;
  return `${Math.floor(seconds / 3600)} h ${Math.floor(seconds % 3600 / 60)} min`;
}

/** A share of a whole in percent, without a decimal that says nothing: `15%`, `0.3%`, `<0.1%`. */
export function percent(part: number, of: number): string {
  if (of === 0) return "0%";
  const value = 100 * part / of;
  if (value > 0 && value < 0.05) return "<0.1%";
  if (value < 100 && value >= 99.95) return ">99.9%";
  return `${value.toFixed(1).replace(/\.0$/, "")}%`;
}

/** `2026-11-27 13:20:47`, in the zone that is given, or the reader's. */
export function moment(iso: string, timeZone?: string): string {
  const parts = new Intl.DateTimeFormat("en-CA", {
    dateStyle: "short",
    timeStyle: "medium",
    hourCycle: "h23",
    timeZone,
  }).format(new Date(iso));
  return parts.replace(", ", " ");
}

const DOLLARS = new Intl.NumberFormat("en-US", { style: "currency", currency: "USD" });

/** US dollars: `$12,000.00` */
export function dollars(amount: number): string {
  return DOLLARS.format(amount);
}
