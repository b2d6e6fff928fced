/**
 * What no eye sees: which characters may stand around a value, which may never stand inside one, and how messages
 * name them. The one home of the rule; names of files and headers ask here as well.
 */
import { UNSEEN } from "../csv/mod.ts";

// Control characters but tab, LF and CR, and format characters.
const FORBIDDEN = /\p{Cf}|[^\P{Cc}\t\n\r]/u;

// Shown in messages by their code: all of the above, and spaces that look like the plain one.
const TO_SHOW = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]|(?! )\p{Zs}/gu;

/** Without white space and invisible characters at both ends. Linear, whatever stands inside. */
export function trimInvisible(text: string): string {
  let from = 0;
  let end = text.length;
  while (from < end && isInvisibleAt(text, from)) from += widthAt(text, from);
  while (end > from && isInvisibleAt(text, startOfLast(text, end))) end = startOfLast(text, end);
  return from === 0 && end === text.length ? text : text.slice(from, end);
}

/** The first character that no value may hold inside, or null: control characters but tab, LF and CR, and Cf. */
export function forbiddenIn(text: string): string | null {
  return FORBIDDEN.exec(text)?.[0] ?? null;
}

/** Whether a value holds a character that it may not hold inside. */
export function hasForbidden(text: string): boolean {
  return FORBIDDEN.test(text);
}

/** Without any invisible character, inside as well: the form in which headers are compared. */
export function withoutInvisible(text: string): string {
  return text.replace(/[\s\p{Z}\p{Cf}]+/gu, "");
}

/** The text with every invisible character written as its code between brackets: "a[U+200B]b". */
export function showInvisible(text: string): string {
  return text.replace(TO_SHOW, (character) => `[${codePointOf(character)}]`);
}

/** U+200B for a zero width space: how messages name a character. */
export function codePointOf(character: string): string {
  return `U+${(character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, "0")}`;
}

function isInvisibleAt(text: string, index: number): boolean {
  const unit = text.charCodeAt(index);
  if (unit < 0x80) return unit === 0x20 || (unit >= 0x09 && unit <= 0x0d);
  return UNSEEN.test(String.fromCodePoint(text.codePointAt(index) ?? 0));
}

function widthAt(text: string, index: number): number {
  return (text.codePointAt(index) ?? 0) > 0xffff ? 2 : 1;
}

function startOfLast(text: string, end: number): number {
  const isPair = end >= 2 && isLow(text.charCodeAt(end - 1)) && isHigh(text.charCodeAt(end - 2));
  return end - (isPair ? 2 : 1);
}

function isHigh(unit: number): boolean {
  return unit >= 0xd800 && unit <= 0xdbff;
}

function isLow(unit: number): boolean {
  return unit >= 0xdc00 && unit <= 0xdfff;
}
