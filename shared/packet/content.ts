/** What a packet says, section by section, in words. Nothing is computed that the record does not have. */
import { ACTION_TITLES, type PacketData } from "./packet_data.ts";

/** One labelled value. */
export interface Entry {
  readonly label: string;
  readonly value: string;
}

/** A heading and what stands under it. */
export interface Section {
  readonly heading: string;
  readonly entries: readonly Entry[];
  /** A sentence under the entries. */
  readonly remark?: string;
}

/** All that is printed but page numbers. */
export interface Content {
  readonly title: string;
  readonly subtitle: string;
  readonly sections: readonly Section[];
  /** At the foot of each page, before the page's number. */
  readonly foot: string;
}

const CONSENTS = { fee_agreement: "Fee agreement", loa: "Authorization (LOA)" } as const;
const MONTHS = [
  ...["January", "February", "March", "April", "May", "June"],
  ...["July", "August", "September", "October", "November", "December"],
];

/** Puts an action into words. A value that is not known is left out; the case, both parties, amount and date always stand. */
export function contentOf(data: PacketData): Content {
  const { judgment, plaintiff, consents, origin } = data;
  const title = ACTION_TITLES[data.action_type];
  return {
    title,
    subtitle: `${judgment.plaintiff_name} v. ${judgment.defendant_name}`,
    sections: [
      {
        heading: "Judgment",
        entries: known([
          ["Case number", judgment.case_number],
          ["Court", judgment.court],
          ["County", judgment.county],
          ["State", judgment.state],
          ["Date of judgment", day(judgment.judgment_date)],
          ["Date of filing", judgment.filing_date && day(judgment.filing_date)],
          ["Amount awarded", dollars(judgment.amount)],
        ]),
        remark: "The amount is the one awarded. Interest, costs and payments are not in it.",
      },
      {
        heading: "Creditor",
        entries: known([
          ["As in the judgment", judgment.plaintiff_name],
          ["Client", plaintiff.name === judgment.plaintiff_name ? null : plaintiff.name],
          ["Firm", plaintiff.firm_name],
        ]),
      },
      {
        heading: "Debtor",
        entries: known([
          ["As in the judgment", judgment.defendant_name],
          ["Address", judgment.defendant_address],
          ["Telephone", judgment.defendant_phone],
          ["E-mail", judgment.defendant_email],
        ]),
      },
      {
        heading: "Authority",
        entries: consents.flatMap((consent) => [
          {
            label: CONSENTS[consent.consent_type],
            value: `version ${consent.version}, valid from ${moment(consent.valid_from)} ` +
              (consent.valid_until === null ? "with open end" : `until ${moment(consent.valid_until)}`),
          },
          { label: "Its SHA-256", value: consent.sha256 },
        ]),
        remark: "The client gave these consents; they were valid when this packet was made.",
      },
      {
        heading: "Record",
        entries: known([
          ["Action", data.action_id],
          ["Requested", moment(data.requested_at)],
          ["Judgment", String(judgment.id)],
          ["Sender's reference", judgment.source_reference],
          ["File", origin?.filename],
          ["SHA-256 of the file", origin?.file_hash],
          ["Row in the file", origin?.row_number?.toString()],
          ["Batch", origin?.batch_id],
        ]),
      },
    ],
    foot: `${title} · case ${judgment.case_number} · action ${data.action_id.slice(0, 8)}`,
  };
}

function known(pairs: readonly (readonly [label: string, value: string | null | undefined])[]): Entry[] {
  return pairs.flatMap(([label, value]) =>
    value === null || value === undefined || value === "" ? [] : [{ label, value }]
  );
}

/** `2024-01-31` → `January 31, 2024`. */
export function day(iso: string): string {
  const [year, month, date] = iso.slice(0, 10).split("-").map(Number);
  return `${MONTHS[(month ?? 1) - 1]} ${date}, ${year}`;
}

/** A moment in UTC, to the minute. */
export function moment(iso: string): string {
  const utc = new Date(iso).toISOString();
  return `${day(utc)}, ${utc.slice(11, 16)} UTC`;
}

/** `1234.5` → `$1,234.50`. Digits are moved, never computed with. */
export function dollars(amount: string): string {
  const [whole = "0", cents = ""] = amount.split(".");
  return `$${whole.replace(/\B(?=(\d{3})+$)/g, ",")}.${cents.padEnd(2, "0")}`;
}
