/** What a packet is made from: an action, and all that is known of its judgment. Everything printed stands here. */
import * as z from "zod";

/** Kinds of actions, as `enforcement.actions` has them, and what each is called in print. */
export const ACTION_TITLES = {
  demand_letter: "Demand letter",
  file_suit: "Suit on the judgment",
  garnishment: "Wage garnishment",
  levy: "Bank levy",
  lien: "Property lien",
  income_execution: "Income execution",
} as const;

const Day = z.iso.date();
const Instant = z.iso.datetime({ offset: true });
const Sha256 = z.string().regex(/^[0-9a-f]{64}$/);

export const PacketData = z.object({
  action_id: z.guid(),
  action_type: z.enum(["demand_letter", "file_suit", "garnishment", "levy", "lien", "income_execution"]),
  requested_at: Instant,
  judgment: z.object({
    id: z.int(),
    case_number: z.string(),
    plaintiff_name: z.string(),
    defendant_name: z.string(),
    /** Dollars, as numeric(12,2) writes them. */
    amount: z.string().regex(/^\d{1,10}(\.\d{1,2})?$/),
    judgment_date: Day,
    filing_date: Day.nullable(),
    court: z.string().nullable(),
    county: z.string().nullable(),
    state: z.string().nullable(),
    defendant_address: z.string().nullable(),
    defendant_phone: z.string().nullable(),
    defendant_email: z.string().nullable(),
    source_reference: z.string().nullable(),
  }),
  plaintiff: z.object({ id: z.guid(), name: z.string(), firm_name: z.string().nullable() }),
  /** The consents it stands on. */
  consents: z.array(z.object({
    consent_type: z.enum(["fee_agreement", "loa"]),
    version: z.string(),
    valid_from: Instant,
    /** Null: open end. */
    valid_until: Instant.nullable(),
    sha256: Sha256,
  })),
  /** Where the judgment comes from; null when it came by no file. */
  origin: z.object({
    batch_id: z.guid(),
    filename: z.string().nullable(),
    file_hash: Sha256.nullable(),
    row_number: z.int().nullable(),
  }).nullable(),
});
/** An action as a packet tells it. */
export type PacketData = z.infer<typeof PacketData>;
