/** Names, places and other text: trimmed, spelling kept, never cut. */
import { hasForbidden, trimInvisible } from "./invisible.ts";
import { isPlaceholder } from "./placeholder.ts";
import { INVISIBLE_CHARACTER, MISSING, type Refusal, TOO_LONG, type ValueReader } from "./refusal.ts";

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
    if (raw.length <= limit && clean.test(raw)) return isPlaceholder(raw) ? (required ? MISSING : "") : raw;
    const text = presentText(raw);
    if (typeof text !== "string") return text;
    if (text === "") return required ? MISSING : "";
    const value = oneSpace ? toOneSpace(text) : text;
    return isLonger(value, limit) ? TOO_LONG : value;
  };
}

/**
 * The cell without surrounding white space and invisible characters, "" when nothing is left or only a placeholder;
 * refused when an invisible character stands inside.
 */
export function presentText(raw: string): string | Refusal {
  const text = trimInvisible(raw);
  if (isPlaceholder(text)) return "";
  return hasForbidden(text) ? INVISIBLE_CHARACTER : text;
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
