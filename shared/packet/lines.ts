/** Breaks what a packet says into lines and pages. Knows how wide text is only by asking. */
import type { Content, Section } from "./content.ts";

/** US letter, in points (1/72 inch). */
export const PAGE = { width: 612, height: 792, margin: 54, foot: 40 } as const;
/** Where values begin, from the left margin. */
const VALUE_AT = 120;
const TEXT_WIDTH = PAGE.width - 2 * PAGE.margin;
const LOWEST = PAGE.foot + 32;
/** Labels end before the values begin. */
const LABEL_WIDTH = VALUE_AT - 4;
const LINE = 14;
/** A section that is no higher (a third of a page) stands on one page; a higher one may go on overleaf. */
const WHOLE = PAGE.height / 3;

/** Weight of a line. */
export type Weight = "regular" | "bold";

/** A piece of text at a place; y is of the base line, from below. */
export interface Placed {
  readonly text: string;
  readonly x: number;
  readonly y: number;
  readonly size: number;
  readonly weight: Weight;
}

/** How wide text is, in points. */
export type Measure = (text: string, size: number, weight: Weight) => number;

/** @returns for each page what stands where, the foot with its page's number included. */
export function layOut(content: Content, measure: Measure): Placed[][] {
  const sheet = new Sheet(measure);
  sheet.paragraph(content.title, 20, "bold", 0);
  sheet.paragraph(content.subtitle, 12, "regular", 4);
  for (const section of content.sections) {
    if (section.entries.length > 0) sheet.section(section);
  }
  return sheet.pages.map((page, index) => [
    ...page,
    ...foot(content.foot, `page ${index + 1} of ${sheet.pages.length}`, measure),
  ]);
}

function foot(left: string, right: string, measure: Measure): Placed[] {
  const size = 8;
  const room = TEXT_WIDTH - measure(right, size, "regular") - 12;
  const fitting = broken(left, room, (text) => measure(text, size, "regular"))[0] ?? "";
  const at = { y: PAGE.foot, size, weight: "regular" } as const;
  return [
    { text: fitting, x: PAGE.margin, ...at },
    { text: right, x: PAGE.width - PAGE.margin - measure(right, size, "regular"), ...at },
  ];
}

class Sheet {
  readonly pages: Placed[][] = [[]];
  #y: number = PAGE.height - PAGE.margin;

  constructor(private readonly measure: Measure) {}

  paragraph(text: string, size: number, weight: Weight, above: number): void {
    this.#y -= above;
    for (const line of this.#broken(text, TEXT_WIDTH, size, weight)) {
      this.#room(size * 1.4);
      this.#put(line, 0, size, weight);
      this.#y -= size * 1.4;
    }
  }

  section(section: Section): void {
    const { heading, entries, remark } = section;
    const height = this.#height(section);
    this.#room(height <= WHOLE ? height : 22 + 18 + 2 * LINE); // a heading is not left alone at the end of a page
    this.#y -= 22;
    this.#put(heading, 0, 12, "bold");
    this.#y -= 18;
    for (const { label, value } of entries) this.#entry(label, value);
    if (remark !== undefined) this.paragraph(remark, 9, "regular", 2);
  }

  #height({ entries, remark }: Section): number {
    const lines = entries.map(({ label, value }) =>
      Math.max(this.#values(value).length, this.#labels(label).length)
    );
    const remarks = remark === undefined
      ? 0
      : 2 + this.#broken(remark, TEXT_WIDTH, 9, "regular").length * 9 * 1.4;
    return 22 + 18 + lines.reduce((sum, count) => sum + count * LINE, 0) + remarks;
  }

  #entry(label: string, value: string): void {
    const values = this.#values(value);
    let labels = this.#labels(label);
    while (values.length + labels.length > 0) {
      if (this.#room(LINE) && values.length > 0) labels = this.#labels(`${label} (cont.)`);
      const [name, line] = [labels.shift(), values.shift()];
      if (name !== undefined) this.#put(name, 0, 10, "bold");
      if (line !== undefined) this.#put(line, VALUE_AT, 10, "regular");
      this.#y -= LINE;
    }
  }

  #values(value: string): string[] {
    return this.#broken(value, TEXT_WIDTH - VALUE_AT, 10, "regular");
  }

  #labels(label: string): string[] {
    return this.#broken(label, LABEL_WIDTH, 10, "bold");
  }

  #broken(text: string, width: number, size: number, weight: Weight): string[] {
    return text.split(/\r\n|[\r\n]/).flatMap((part) =>
      broken(part.replaceAll("\t", " "), width, (piece) => this.measure(piece, size, weight))
    );
  }

  /** Begins a page when there is no more room. @returns whether it did. */
  #room(height: number): boolean {
    if (this.#y - height >= LOWEST) return false;
    this.pages.push([]);
    this.#y = PAGE.height - PAGE.margin;
    return true;
  }

  #put(text: string, indent: number, size: number, weight: Weight): void {
    this.pages.at(-1)?.push({ text, x: PAGE.margin + indent, y: this.#y, size, weight });
  }
}

/** Lines that fit: broken between words, and inside a word that is wider than a line. No sign is lost but spaces at breaks. */
export function broken(text: string, width: number, measure: (text: string) => number): string[] {
  const lines: string[] = [];
  let line = "";
  for (const word of text.split(" ").flatMap((word) => fitting(word, width, measure))) {
    const longer = line === "" ? word : `${line} ${word}`;
    if (line === "" || measure(longer) <= width) line = longer;
    else {
      lines.push(line);
      line = word;
    }
  }
  return [...lines, line];
}

/** A word, or pieces of it that are no wider than a line. */
function fitting(word: string, width: number, measure: (text: string) => number): string[] {
  if (measure(word) <= width) return [word];
  const pieces: string[] = [];
  let piece = "";
  for (const sign of word) {
    if (piece !== "" && measure(piece + sign) > width) {
      pieces.push(piece);
      piece = "";
    }
    piece += sign;
  }
  return [...pieces, piece];
}
