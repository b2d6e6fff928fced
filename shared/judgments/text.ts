/** Names, places and other text: trimmed, spelling kept, never cut. */
import { CONTROL_CHARACTER, MISSING, type Refusal, TOO_LONG, type ValueReader } from "./refusal.ts";

/** How one kind of text is read. */
export interface TextRule {
  /** Most characters (code points, as Postgres counts them). */
  readonly limit: number;
  readonly required: boolean;
  /** Inner white space, line breaks included, becomes one space. */
  readonly oneSpace: boolean;
}

// Printable ASCII that normalising would leave alone: most of what files hold, decided in one look.
const CLEAN_ONE_SPACE = /^[!-~]+(?: [!-~]+)*$/;
const CLEAN = /^[!-~](?:[ -~]*[!-~])?$/;

/** The reader for a kind of text. */
export function textReader(rule: TextRule): ValueReader {
  const { limit, required, oneSpace } = rule;
  const clean = oneSpace ? CLEAN_ONE_SPACE : CLEAN;
  return (raw) => {
    if (raw === "") return required ? MISSING : "";
    if (raw.length <= limit && clean.test(raw)) return raw;
    const text = trimText(raw);
    if (typeof text !== "string") return text;
    if (text === "") return required ? MISSING : "";
    const value = oneSpace ? toOneSpace(text) : text;
    return isLonger(value, limit) ? TOO_LONG : value;
  };
}

/**
 * Takes surrounding white space off, or refuses control characters other than tab, LF and CR.
 * They are looked for first: trimming would take form feeds off as if they were spaces.
 */
export function trimText(raw: string): string | Refusal {
  return hasControlCharacter(raw) ? CONTROL_CHARACTER : raw.trim();
}

function hasControlCharacter(text: string): boolean {
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i);
    if (unit < 0x20) {
      if (unit !== 0x09 && unit !== 0x0a && unit !== 0x0d) return true;
    } else if (unit >= 0x7f && unit <= 0x9f) return true;
  }
  return false;
}

/** Every run of inner white space as one space. */
export function toOneSpace(text: string): string {
  return text.replace(/\s+/g, " ");
}

/** More than `limit` characters? Counts code points only where UTF-16 units leave a doubt. */
export function isLonger(text: string, limit: number): boolean {
  if (text.length <= limit) return false;
  if (text.length > 2 * limit) return true;
  let characters = 0;
  for (const _ of text) characters++;
  return characters > limit;
}
