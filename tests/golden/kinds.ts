/** The project's own cases of every kind of fault, and which of them reading alone decides. */
import { type Case, readCases } from "./hunt.ts";

/** All of them, in the order of their file. */
export const KINDS: readonly Case[] = readCases(new URL("../fixtures/kinds/", import.meta.url));

const DOORS = ["content-type", "desktop-name", "file-name", "announced", "replay"];

/** Whether no reading decides what becomes of the case. */
export function isDecidedAtTheDoor({ kind }: Case): boolean {
  return DOORS.includes(kind);
}
