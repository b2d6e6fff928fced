/** How often what is on a page is asked anew, in milliseconds. Nothing is asked while nobody looks. */

/** Something runs. */
export const BUSY_MS = 2000;
/** Nothing runs, as far as is known. */
export const QUIET_MS = 15_000;
/** It tells of hours or weeks. */
export const SLOW_MS = 60_000;
