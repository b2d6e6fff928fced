/** Colours on a terminal; plain text everywhere else. */
import type { Pen } from "./command.ts";

const PLAIN = (text: string) => text;

/** Plain text, for files, pipes and --no-color. */
export const plainPen: Pen = { width: null, bold: PLAIN, dim: PLAIN, good: PLAIN, warn: PLAIN, bad: PLAIN };

const ink = (code: number) => (text: string) => `\x1b[${code}m${text}\x1b[0m`;

/** For terminals. */
export const colourPen: Pen = {
  width: null,
  bold: ink(1),
  dim: ink(2),
  good: ink(32),
  warn: ink(33),
  bad: ink(31),
};

/** The pen's word for a level, in its colour. */
export function paintLevel(pen: Pen, level: string): string {
  if (level === "critical") return pen.bad(level);
  if (level === "warning" || level === "degraded") return pen.warn(level);
  return level === "healthy" ? pen.good(level) : level;
}
