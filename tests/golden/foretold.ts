/** What the browser says of a file beforehand. */
import { createHash } from "node:crypto";
import { z } from "zod";
import {
  type Forecast,
  forecast,
  type Hash,
  type SourceRules,
  USUAL_RULES,
} from "../../shared/intake/forecast.ts";
import { parseDialectOptions } from "../../shared/intake/read_dialect.ts";
import { FIELDS } from "../../shared/judgments/fields.ts";

const Settings = z.object({
  header_map: z.record(z.string(), z.enum(FIELDS).nullable()),
  columns: z.array(z.enum(FIELDS).nullable()).nullable(),
  dialect: z.unknown().transform(parseDialectOptions),
  error_threshold_percent: z.int(),
  code_budgets: z.record(z.string(), z.number()),
  warn_percent: z.number().nullable(),
  requires_approval: z.boolean(),
}).partial();

function sha256(): Hash {
  const hash = createHash("sha256");
  return { update: (chunk) => void hash.update(chunk), digest: () => hash.digest("hex") };
}

/** What the browser says of a file. settings: as its source has them, as far as they are not the usual ones. */
export async function foretell(
  bytes: Uint8Array<ArrayBuffer>,
  settings: unknown = {},
  now = new Date(),
): Promise<Forecast> {
  const rules: SourceRules = { ...USUAL_RULES, ...Settings.parse(settings) };
  return await forecast(new Blob([bytes]), { rules, now, hash: sha256(), keepRejects: 100_000 });
}

/** Codes of a forecast's rejects by row number. */
export function foretoldCodes({ rejects }: Forecast): Record<string, string> {
  return Object.fromEntries(rejects.map((reject) => [String(reject.row_index + 1), reject.error_code]));
}
