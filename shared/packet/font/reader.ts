/**
 * How the PDF library reads fonts: fontkitten for tables and glyphs, and a layout of one glyph a character. Packets are
 * printed in composed letters (NFC) of scripts that need no shaping, so nothing more is needed.
 */
import type { PDFDocument } from "@pdfme/pdf-lib";
import { create, type Font } from "fontkitten";

/** What `PDFDocument.registerFontkit` takes. */
type FontReader = Parameters<PDFDocument["registerFontkit"]>[0];

/** Reads TrueType. */
export const FONT_READER: FontReader = {
  create: (bytes) => {
    const font = create(bytes as Parameters<typeof create>[0]); // any bytes will do; its types know Buffer alone
    if (!("glyphForCodePoint" in font)) {
      throw new TypeError("Cannot read a font: it is a collection of several");
    }
    return Object.assign(Object.create(font), { layout: (text: string) => layout(font, text) });
  },
};

function layout(font: Font, text: string) {
  return { glyphs: Array.from(text, (sign) => font.glyphForCodePoint(sign.codePointAt(0) ?? 0)) };
}
