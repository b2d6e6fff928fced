/** Pieces that answers have in common. */
import * as z from "zod";

/** A moment, ISO 8601 in UTC. */
export const Instant = z.iso.datetime({ offset: true });
/** A day. */
export const Day = z.iso.date();
/** How many. */
export const Count = z.int().min(0);
/** An id, a UUID. */
export const Id = z.guid();
