/**
 * Prints a packet: an action's data in, a PDF out. Pure: the same data gives the same bytes, for it has no time and no
 * chance of its own. Every name is printed with the letters it has; a sign the font lacks is printed as its code point.
 */
import { PDFDocument, type PDFFont } from "@pdfme/pdf-lib";
import { contentOf } from "./content.ts";
import { FONT_READER } from "./font/reader.ts";
import { BOLD_BASE64, REGULAR_BASE64 } from "./font/noto_sans.ts";
import { layOut, PAGE, type Weight } from "./lines.ts";
import type { PacketData } from "./packet_data.ts";

/** The content type of a packet. */
export const PACKET_TYPE = "application/pdf";

/** @returns the bytes of the PDF. Takes some 0.1 s of CPU. */
export async function renderPacket(data: PacketData): Promise<Uint8Array<ArrayBuffer>> {
  const document = await PDFDocument.create({ updateMetadata: false }); // else it would have the time it was made
  document.registerFontkit(FONT_READER);
  const fonts: Readonly<Record<Weight, PDFFont>> = {
    regular: await document.embedFont(bytesOf(REGULAR_BASE64), { subset: false }),
    bold: await document.embedFont(bytesOf(BOLD_BASE64), { subset: false }),
  };
  const has = new Set(fonts.regular.getCharacterSet());
  const content = contentOf(printable(data, has));
  const pages = layOut(content, (text, size, weight) => fonts[weight].widthOfTextAtSize(text, size));
  for (const placed of pages) {
    const page = document.addPage([PAGE.width, PAGE.height]);
    for (const { text, x, y, size, weight } of placed) {
      page.drawText(text, { x, y, size, font: fonts[weight] });
    }
  }
  document.setTitle(`${content.title}: ${content.subtitle}`);
  document.setProducer("Dragonfly");
  document.setLanguage("en-US");
  return new Uint8Array(await document.save({ useObjectStreams: false }));
}

/** The same with every text composed (NFC), and signs the font lacks written as `[U+4E2D]`. */
function printable(data: PacketData, has: ReadonlySet<number>): PacketData {
  return JSON.parse(
    JSON.stringify(data),
    (_, value: unknown) => typeof value === "string" ? printed(value, has) : value,
  );
}

/** One text as it can be printed. */
export function printed(text: string, has: ReadonlySet<number>): string {
  return Array.from(text.normalize("NFC"), (sign) => {
    const code = sign.codePointAt(0) ?? 0;
    return has.has(code) || /[\t\r\n]/.test(sign)
      ? sign
      : `[U+${code.toString(16).toUpperCase().padStart(4, "0")}]`;
  }).join("");
}

function bytesOf(base64: string): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0));
}
