/** How far the chain has been verified. Kept in the database, which is what is verified: so it is signed. */
import * as z from "zod";
import { isSignedBy, type PublicKey, type SigningKey } from "./signing.ts";

/** `newest`: behind the last run. `whole`: from the beginning, once a day. */
export const WALKS = ["newest", "whole"] as const;
export type Walk = (typeof WALKS)[number];

const Place = z.object({
  walk: z.enum(WALKS),
  seal_no: z.int().nonnegative(),
  hash: z.string().regex(/^[0-9a-f]{64}$/),
  /** When this walk began at the beginning of the chain. */
  started_at: z.iso.datetime(),
  /** When the walk before came to the end. */
  whole_at: z.iso.datetime().nullable(),
});
/** Where a walk stands. */
export type Place = z.infer<typeof Place>;

export const Position = Place.extend({ key_id: z.string(), signature: z.string() });
/** A place and who says so. */
export type Position = z.infer<typeof Position>;

/** Before the first event. */
export function beginning(walk: Walk, now: Date, wholeAt: string | null = null): Place {
  return { walk, seal_no: 0, hash: "0".repeat(64), started_at: now.toISOString(), whole_at: wholeAt };
}

export async function signPosition(place: Place, key: SigningKey): Promise<Position> {
  return { ...place, key_id: key.key_id, signature: await key.sign(textOf(place)) };
}

/** Whether one of our keys signed it. */
export async function isOurs(position: Position, keys: readonly PublicKey[]): Promise<boolean> {
  const key = keys.find((one) => one.key_id === position.key_id);
  return key !== undefined && await isSignedBy(key, textOf(position), position.signature);
}

function textOf({ walk, seal_no, hash, started_at, whole_at }: Place): string {
  return JSON.stringify(["dragonfly audit position", walk, seal_no, hash, started_at, whole_at]);
}
