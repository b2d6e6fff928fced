/** Packets: what is printed, where it breaks, and that the same data gives the same bytes. */
import { PDFDocument } from "@pdfme/pdf-lib";
import { assert } from "deno-std/assert/assert.js";
import { assertEquals } from "deno-std/assert/equals.js";
import * as fc from "fast-check";
import { contentOf, day, dollars, moment } from "../../../shared/packet/content.ts";
import { FONT_READER } from "../../../shared/packet/font/reader.ts";
import { REGULAR_BASE64 } from "../../../shared/packet/font/noto_sans.ts";
import { broken, layOut, PAGE, type Placed } from "../../../shared/packet/lines.ts";
import { PacketData } from "../../../shared/packet/packet_data.ts";
import { printed, renderPacket } from "../../../shared/packet/render.ts";

const ID = "9b0c2f34-1111-4222-8333-444455556666";
const NAMES = "Příliš žluťoučký s.r.o., Łódź, Größe & Co, Nguyễn Thị Đặng, Șerban Țepeș, Őrült Űr";

function packet(judgment: Partial<PacketData["judgment"]> = {}): PacketData {
  return PacketData.parse({
    action_id: ID,
    action_type: "income_execution",
    requested_at: "2026-11-27T13:00:00+00:00",
    judgment: {
      id: 4711,
      case_number: "CV-2024-00123",
      plaintiff_name: NAMES,
      defendant_name: "John Doe",
      amount: "1234567.5",
      judgment_date: "2024-01-31",
      filing_date: null,
      court: "Supreme Court",
      county: null,
      state: "NY",
      defendant_address: "12 Main St\nBrooklyn",
      defendant_phone: null,
      defendant_email: null,
      source_reference: null,
      ...judgment,
    },
    plaintiff: { id: ID, name: "Client LLC", firm_name: "Firm LLP" },
    consents: [{
      consent_type: "loa",
      version: "3",
      valid_from: "2026-01-01T00:00:00Z",
      valid_until: null,
      sha256: "a".repeat(64),
    }],
    origin: { batch_id: ID, filename: "march.csv", file_hash: "b".repeat(64), row_number: 17 },
  });
}

/** As wide as six points a sign. */
const six = (text: string) => Array.from(text).length * 6;

function textOf(pages: readonly (readonly Placed[])[]): string {
  return pages.flat().map(({ text }) => text).join(" ");
}

Deno.test("renderPacket() gives the same bytes for the same data, and says nowhere when it was made", async () => {
  const [one, other] = [await renderPacket(packet()), await renderPacket(packet())];
  assertEquals(one, other);
  const document = await PDFDocument.load(one, { updateMetadata: false });
  assertEquals([document.getPageCount(), document.getCreationDate(), document.getTitle()], [
    1,
    undefined,
    `Income execution: ${NAMES} v. John Doe`,
  ]);
  assert(!new TextDecoder("latin1").decode(one).includes("/CreationDate"));
});

Deno.test("renderPacket() takes the pages that long names need", async () => {
  const long = packet({ plaintiff_name: `${NAMES} `.repeat(40), defendant_name: "W".repeat(500) });
  const document = await PDFDocument.load(await renderPacket(long));
  assert(document.getPageCount() > 2);
});

Deno.test("a packet tells every value the record has, and leaves out those it has not", () => {
  const data = packet();
  const text = textOf(layOut(contentOf(data), () => 0));
  for (
    const value of [
      "CV-2024-00123",
      NAMES,
      "John Doe",
      "$1,234,567.50",
      "January 31, 2024",
      "Supreme Court",
      "12 Main St",
      "Brooklyn",
      "Client LLC",
      "Firm LLP",
      "version 3",
      "a".repeat(64),
      "march.csv",
      "b".repeat(64),
      "17",
      ID,
    ]
  ) assert(text.includes(value), value);
  for (const label of ["County", "Telephone", "E-mail", "Date of filing"]) {
    assert(!text.includes(label), label);
  }
});

Deno.test("whatever the names, every sign is printed, inside the margins and above the foot", () => {
  fc.assert(
    fc.property(
      fc.string({ maxLength: 3000 }),
      fc.string({ unit: "grapheme", minLength: 1, maxLength: 300 }),
      (plaintiff, defendant) => {
        const content = contentOf(packet({ plaintiff_name: plaintiff, defendant_name: defendant }));
        const pages = layOut(content, six);
        const printedSigns = textOf(pages).replace(/\s/g, "");
        assert(printedSigns.includes(defendant.replace(/\s/g, "")) || pages.length > 1);
        for (const { text, x, y } of pages.flat()) {
          assert(x >= PAGE.margin && x + six(text) <= PAGE.width - PAGE.margin + 6, text);
          assert(y >= PAGE.foot && y <= PAGE.height - PAGE.margin);
        }
        for (const page of pages) {
          const ends = page.filter(({ x, size, weight }) =>
            x === PAGE.margin && size === 10 && weight === "bold"
          )
            .map(({ text, x, y }) => ({ y, end: x + six(text) }));
          const values = page.filter(({ x, size }) => x > PAGE.margin && size === 10);
          assert(values.every(({ x, y }) => ends.every((label) => label.y !== y || label.end <= x)));
        }
        for (const page of pages) {
          const body = page.filter(({ y }) => y > PAGE.foot);
          assert(body.every(({ y }) => y >= PAGE.foot + 20));
        }
      },
    ),
    { numRuns: 200 },
  );
});

Deno.test("broken() loses nothing but spaces where it breaks", () => {
  fc.assert(fc.property(fc.string({ maxLength: 400 }), fc.integer({ min: 12, max: 600 }), (text, width) => {
    const lines = broken(text, width, six);
    assertEquals(lines.join("").replaceAll(" ", ""), text.replaceAll(" ", ""));
    for (const line of lines) assert(six(line) <= width, line);
  }));
});

Deno.test("what goes on behind a page break says what it belongs to", () => {
  const pages = layOut(contentOf(packet({ defendant_address: "street\n".repeat(80) })), six);
  assert(pages[1]?.some(({ text }) => text === "Address (cont.)"));
  assert(
    pages.every((page, index) => page.some(({ text }) => text === `page ${index + 1} of ${pages.length}`)),
  );
});

Deno.test("a label that is continued stands beside its value, not under it", () => {
  const pages = layOut(contentOf(packet({ plaintiff_name: "Somebody ".repeat(600) })), six);
  const page = pages.find((page) => page.some(({ text }) => text === "(cont.)")) ?? [];
  const [label, value, more, next] = page;
  assertEquals([label?.text, more?.text, label?.y, more?.y], [
    "As in the judgment",
    "(cont.)",
    value?.y,
    next?.y,
  ]);
});

Deno.test("a short section is not broken over two pages", () => {
  for (let lines = 1; lines < 60; lines++) {
    const pages = layOut(contentOf(packet({ defendant_address: "street\n".repeat(lines) })), six);
    const record = ["Record", "Action", "Requested", "File", "Row in the file", "Batch"];
    const on = record.map((label) => pages.findIndex((page) => page.some(({ text }) => text === label)));
    assertEquals(new Set(on).size, 1, `${lines} lines: ${on}`);
  }
});

Deno.test("printed() composes letters, keeps what the font has, and writes the rest as code points", () => {
  const font = FONT_READER.create(Uint8Array.from(atob(REGULAR_BASE64), (letter) => letter.charCodeAt(0)));
  const has = new Set(font.characterSet);
  for (const name of [NAMES, "ČŁőșß", "Đặng Hữu Phước", "Ελλάδα", "Київ", "“O’Brien” — § €"]) {
    assertEquals(printed(name, has), name);
  }
  assertEquals(printed("Cafe\u0301", has), "Café");
  assertEquals(printed("中 A", has), "[U+4E2D] A");
});

Deno.test("amounts, days and moments are written as people here read them", () => {
  assertEquals(["0", "0.5", "999.99", "1000", "999999999.99"].map(dollars), [
    "$0.00",
    "$0.50",
    "$999.99",
    "$1,000.00",
    "$999,999,999.99",
  ]);
  assertEquals(day("2024-02-29"), "February 29, 2024");
  assertEquals(moment("2026-12-31T23:30:00-05:00"), "January 1, 2027, 04:30 UTC");
});
